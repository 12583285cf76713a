import { Transformer } from '@napi-rs/image'
import { colourMap } from '../../../shared/colour-maps.ts'
import { combineMaps } from '../../../shared/metrics/stored-maps.ts'
import type { ReportPicture, ReportPictures } from '../../../shared/processes/exports.ts'
import { withImage } from '../../decode/image-file.ts'
import { readInput } from '../../files/files.ts'
import { decodeMask } from '../../decode/mask.ts'
import { decodeNpy } from '../../decode/npy.ts'
import { resizeBilinear } from '../../decode/resize.ts'
import { resizeMap } from '../../decode/resize-map.ts'

const JPEG_QUALITY = 82
const MASK_COLOUR = [255, 64, 220] as const

/**
 * One strip of small square pictures per image, as JPEG data: input, mask over the input, reconstruction and
 * anomaly map with the threshold in the middle of the colours. What cannot be read is null.
 */
export async function reportPictures({ items, side }: ReportPictures): Promise<ReportPicture[]> {
  const pictures: ReportPicture[] = []
  for (const item of items) {
    const input = await orNull(() => small(item.input, side))
    const { mask: file } = item
    const mask = input && file !== null ? await orNull(() => masked(input, file, side)) : null
    const jpeg = (pixels: Uint8Array | null) => pixels && encode(pixels, side)
    pictures.push({
      input: await jpeg(input),
      mask: await jpeg(mask),
      reconstruction: await jpeg(await orNull(() => small(item.reconstruction, side))),
      map: await jpeg(await orNull(() => heat(item, side))),
    })
  }
  return pictures
}

async function orNull<Value>(work: () => Promise<Value>): Promise<Value | null> {
  try {
    return await work()
  } catch {
    return null
  }
}

async function small(file: string, side: number): Promise<Uint8Array> {
  return withImage(file, ({ width, height, data }) =>
    resizeBilinear(data, width, height, 3, side, side),
  )
}

/** The input with the defect tinted and its border drawn. */
async function masked(input: Uint8Array, file: string, side: number): Promise<Uint8Array> {
  const { width, height, data } = await decodeMask(await readInput(file), file)
  const inside = (x: number, y: number): boolean => {
    if (x < 0 || y < 0 || x >= side || y >= side) return false
    const column = Math.floor(((x + 0.5) * width) / side)
    const row = Math.floor(((y + 0.5) * height) / side)
    return (data[row * width + column] ?? 0) > 127
  }
  const out = Uint8Array.from(input)
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++) {
      if (!inside(x, y)) continue
      const edge = !inside(x - 1, y) || !inside(x + 1, y) || !inside(x, y - 1) || !inside(x, y + 1)
      const share = edge ? 1 : 0.35
      for (let c = 0; c < 3; c++) {
        const at = 3 * (y * side + x) + c
        out[at] = Math.round((1 - share) * (input[at] ?? 0) + share * MASK_COLOUR[c]!)
      }
    }
  }
  return out
}

async function heat(
  { maps, ratio, pixelWeight, threshold }: ReportPictures['items'][number],
  side: number,
): Promise<Uint8Array> {
  const { shape, data } = decodeNpy(await readInput(maps), maps)
  const size = shape[1] ?? 0
  const { map } = combineMaps(data, size, pixelWeight * ratio, false)
  const from = { width: size, height: size }
  const values = resizeMap(map, from, { width: side, height: side })
  const colours = colourMap('viridis')
  const out = new Uint8Array(3 * side * side)
  for (let i = 0; i < values.length; i++) {
    const share = Math.min(1, Math.max(0, values[i]! / (2 * threshold)))
    const at = 3 * Math.round(255 * share)
    out.set(colours.subarray(at, at + 3), 3 * i)
  }
  return out
}

async function encode(rgb: Uint8Array, side: number): Promise<Uint8Array> {
  const rgba = new Uint8Array(4 * side * side).fill(255)
  for (let i = 0; i < side * side; i++) rgba.set(rgb.subarray(3 * i, 3 * i + 3), 4 * i)
  return Transformer.fromRgbaPixels(rgba, side, side).jpeg(JPEG_QUALITY)
}
