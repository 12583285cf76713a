import type { IndexedColors } from 'fast-png'

/** Colours this dark are black. */
const BLACK = 16

export const isBlack = (colour: readonly number[]): boolean =>
  colour.slice(0, 3).every((sample) => sample <= BLACK)
const isGrey = ([red, green, blue]: readonly number[]): boolean => red === green && green === blue

/**
 * What the indices of a palette stand for in a mask: a palette of greys for its greys, one of colours for classes,
 * black for nominal. Where no colour that is used is black, or all are, the indices themselves are the values.
 *
 * @param used Indices that occur, ascending.
 * @returns The value of each index.
 */
export function paletteValues(palette: IndexedColors, used: readonly number[]): number[] {
  const indices = Array.from(palette.keys())
  const colours = used.map((index) => palette[index] ?? [0, 0, 0])
  const black = colours.filter(isBlack)
  if (black.length === 0 ? !colours.every(isGrey) : black.length === colours.length) return indices
  if (colours.every(isGrey)) {
    const greys = new Set(colours.map(([grey]) => grey))
    // Several indices of one grey are told apart by their indices.
    if (greys.size === colours.length) return indices.map((index) => palette[index]![0]!)
  }
  if (black.length === 0) return indices
  // Index 0 means nominal only where it is black; as a colour it needs a value that no other index has.
  const other = Math.min(255, palette.length)
  return indices.map((index) => (isBlack(palette[index]!) ? 0 : index === 0 ? other : index))
}
