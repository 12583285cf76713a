/** How the runs of a comparison are told apart: four colours, then the same colours dashed. */
export interface RunMark {
  /** Index into the theme's series colours. */
  readonly colour: number
  /** Lengths of strokes and gaps; empty for a solid line. */
  readonly dash: readonly number[]
}

const COLOURS = 4
const dashes: readonly (readonly number[])[] = [[], [7, 4], [2, 3]]

/** The mark of a column, 0 … 9. */
export function runMark(column: number): RunMark {
  return {
    colour: column % COLOURS,
    dash: dashes[Math.floor(column / COLOURS) % dashes.length] ?? [],
  }
}
