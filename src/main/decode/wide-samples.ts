import type Vips from 'wasm-vips'
import type { SampleExtent, SampleRange } from '../../shared/datasets/sample-range.ts'

/** Samples as they are stored, before they become 8 bits: interleaved channels. */
export interface Samples {
  readonly width: number
  readonly height: number
  readonly channels: number
  readonly data: Uint8Array | Uint16Array | Float32Array
  readonly kind: SampleExtent['kind']
}

/** Compressions of TIFF that are decoded; of others the library makes black pictures. */
const COMPRESSIONS: ReadonlySet<number> = new Set([1, 2, 3, 4, 5, 7, 8, 32773, 32946])

/**
 * Reads what the other decoder does not know of TIFF: palettes, fax, JPEG inside, Lab, float, 32 bits, BigTIFF. This
 * one is libvips in WebAssembly, which runs in every process, takes a fifth of a second to start and is slower.
 *
 * @param compression By the file's own directory.
 */
export async function decodeAnyTiff(bytes: Uint8Array, compression: number): Promise<Samples> {
  if (!COMPRESSIONS.has(compression)) {
    throw new Error(`compression ${compression} is not supported`)
  }
  vips ??= startVips()
  const library = await vips
  const image = library.Image.newFromBuffer(bytes, '', { fail_on: 'error' })
  try {
    const isLab = image.interpretation === 'lab' || image.interpretation === 'labs'
    const shown = isLab || image.interpretation === 'cmyk' ? image.colourspace('srgb') : image
    const { width, height, bands: channels, format } = shown
    if (![1, 2, 3, 4].includes(channels)) throw new Error(`${channels} channels are not supported`)
    const isBytes = format === 'uchar'
    const isWords = format === 'ushort'
    if (!isBytes && !isWords && !isLab && channels > 2) {
      throw new Error(`colours of ${format} samples are not supported`)
    }
    const kind = format === 'float' || format === 'double' ? 'float' : 'integer'
    const usual = isBytes || isWords
    const stored = usual ? shown : shown.cast(isLab ? 'uchar' : 'float')
    // Copied, as the library's memory is used again.
    const data = stored.writeToMemory().slice() as Samples['data']
    return { width, height, channels, data, kind: isLab ? 'integer' : kind }
  } catch (error) {
    throw error instanceof Error ? error : new Error(String(error).replace(/^vips::Error,/, ''))
  } finally {
    image.delete()
  }
}

let vips: ReturnType<typeof Vips> | null = null

async function startVips(): Promise<Awaited<ReturnType<typeof Vips>>> {
  const { default: start } = await import('wasm-vips')
  const library = await start({ dynamicLibraries: [], print: () => {}, printErr: () => {} })
  library.concurrency(1)
  return library
}

/** Smallest and largest sample; those that are no numbers are passed over. */
export function extentOf({ data, kind }: Samples): SampleExtent {
  let [min, max] = [Infinity, -Infinity]
  for (const value of data) {
    if (value < min && value > -Infinity) min = value
    if (value > max && value < Infinity) max = value
  }
  return min > max ? { kind, min: 0, max: 0 } : { kind, min, max }
}

/**
 * Samples as 8 bits. Without a range, 16 bits keep their upper 8, and others reach from their own smallest to
 * their own largest value, or 0 … 1 where they lie in it.
 */
export function toBytes(samples: Samples, range: SampleRange | null): Uint8Array {
  const { data, kind } = samples
  if (data instanceof Uint8Array) return data
  if (!range && data instanceof Uint16Array) return Uint8Array.from(data, (value) => value >> 8)
  const own = range ?? ownRange(extentOf(samples), kind)
  const scale = 255 / (own.high - own.low)
  const bytes = new Uint8ClampedArray(data.length)
  for (let i = 0; i < data.length; i++) bytes[i] = (data[i]! - own.low) * scale
  return new Uint8Array(bytes.buffer)
}

function ownRange({ min, max }: SampleExtent, kind: SampleExtent['kind']): SampleRange {
  if (kind === 'float' && min >= 0 && max <= 1) return { low: 0, high: 1 }
  return { low: min, high: max > min ? max : min + 1 }
}
