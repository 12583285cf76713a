/** Which stored samples of a data set's images become black and white. */

/** Samples from `low` (black) to `high` (white); linear between, cut off outside. */
export interface SampleRange {
  readonly low: number
  readonly high: number
}

/** What samples some images hold. */
export interface SampleExtent {
  readonly kind: 'integer' | 'float'
  readonly min: number
  readonly max: number
}

/** Bits that cameras use. */
const DEPTHS = [8, 10, 12, 14, 16, 20, 24, 32] as const

/**
 * The range of images with these extents: the fewest bits in use that hold all integers, 0 … 1 for floats within it,
 * otherwise from the smallest to the largest. Null for plain 16 bits, whose upper 8 are taken as by other programs.
 */
export function rangeOf(extents: readonly SampleExtent[]): SampleRange | null {
  if (extents.length === 0) return null
  const min = Math.min(...extents.map((one) => one.min))
  const max = Math.max(...extents.map((one) => one.max))
  const integer = extents.every(({ kind }) => kind === 'integer')
  if (integer && min >= 0) {
    const bits = DEPTHS.find((depth) => max < 2 ** depth) ?? 32
    return bits === 16 ? null : { low: 0, high: 2 ** bits - 1 }
  }
  if (!integer && min >= 0 && max <= 1) return { low: 0, high: 1 }
  return { low: min, high: max > min ? max : min + 1 }
}

/** In words: "0 … 4095 (12 bits)". */
export function rangeWords({ low, high }: SampleRange): string {
  const bits = Math.log2(high + 1)
  return `${low} … ${high}${low === 0 && Number.isInteger(bits) && bits >= 8 ? ` (${bits} bits)` : ''}`
}

const SEPARATOR = '\u0000'

/** How a file's stored pixels become those that are used. */
export interface PixelRule {
  readonly range: SampleRange | null
  /** As EXIF has it, 1 … 8; 1 is as they are stored. */
  readonly orientation: number
}

/**
 * Names an image's or a mask's pixels: its file, with how it is read where that is not the usual way. It goes wherever
 * a file's name goes, so that everything that decodes it sees the same.
 */
export function imageAddress(file: string, { range, orientation }: PixelRule): string {
  if (!range && orientation === 1) return file
  return [file, orientation, ...(range ? [range.low, range.high] : [])].join(SEPARATOR)
}

export function readImageAddress(address: string): PixelRule & { readonly file: string } {
  const [file = '', orientation = '1', low, high] = address.split(SEPARATOR)
  const range = high === undefined ? null : { low: Number(low), high: Number(high) }
  return { file, range, orientation: Number(orientation) }
}

/** Tells apart in names of files what is made of the same file in several ways; empty for the usual one. */
export function ruleName({ range, orientation }: PixelRule): string {
  return (
    (range ? `-${range.low}-${range.high}` : '') + (orientation > 1 ? `-turned${orientation}` : '')
  )
}
