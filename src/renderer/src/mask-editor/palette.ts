/** Colours of masks over photographs: bright, apart from viridis and inferno, and from each other. */
export type Rgb = readonly [number, number, number]

/** Class 1 has the colour that masks have everywhere; the others follow. */
const classColours: readonly Rgb[] = [
  [255, 64, 220],
  [64, 196, 255],
  [255, 176, 32],
  [120, 230, 80],
  [170, 130, 255],
  [255, 110, 90],
]

/** What a pixel of a comparison can be, as class index. */
export const SAME = 1
export const ADDED = 2
export const REMOVED = 3
export const CHANGED = 4

const comparisonColours: readonly Rgb[] = [
  [150, 158, 166],
  [40, 170, 255],
  [255, 140, 0],
  [200, 120, 255],
]

/** Colour of what would be changed: a wand's or a threshold's preview. Absent from viridis. */
const PREVIEW: Rgb = [255, 112, 0]

export function classColour(classIndex: number): Rgb {
  return classColours[(classIndex - 1) % classColours.length] ?? [255, 64, 220]
}

export const cssColour = ([red, green, blue]: Rgb): string => `rgb(${red} ${green} ${blue})`

/** Colours of an overlay, as the 32-bit words that image data holds in memory. */
export interface OverlayColours {
  /** By class index; 0 is transparent. */
  readonly fill: Uint32Array
  readonly line: Uint32Array
  readonly previewFill: number
  readonly previewLine: number
}

/** @param opacity Of the inside, 0 … 1; lines are always opaque. */
export function overlayColours(opacity: number, comparison: boolean): OverlayColours {
  const fill = new Uint32Array(256)
  const line = new Uint32Array(256)
  for (let index = 1; index < 256; index++) {
    const colour = comparison
      ? (comparisonColours[(index - 1) % comparisonColours.length] ?? PREVIEW)
      : classColour(index)
    fill[index] = word(colour, Math.round(255 * opacity))
    line[index] = word(colour, 255)
  }
  return { fill, line, previewFill: word(PREVIEW, 110), previewLine: word(PREVIEW, 255) }
}

function word([red, green, blue]: Rgb, alpha: number): number {
  const bytes = new Uint8Array(4)
  bytes.set([red, green, blue, alpha])
  return new Uint32Array(bytes.buffer)[0] ?? 0
}
