/** Turning pixels as EXIF has it. */
import type { Size } from '../../shared/masks/box.ts'

/** Width and height after turning by an orientation of 1 … 8. */
export const turnedSize = ({ width, height }: Size, orientation: number): Size =>
  orientation > 4 ? { width: height, height: width } : { width, height }

/**
 * Turned pixels; the same object for orientation 1.
 * @param channels Interleaved samples of a pixel.
 */
export function turned<Picture extends Size & { readonly data: Uint8Array }>(
  picture: Picture,
  channels: number,
  orientation: number,
): Picture {
  if (orientation <= 1 || orientation > 8) return picture
  const { width, height, data } = picture
  const size = turnedSize(picture, orientation)
  // Where the first pixel comes from, and how far the next to the right and the next below are from it.
  const [right, down] = [channels, channels * width]
  const last = (steps: number, step: number) => (steps - 1) * step
  const [toRight, toBelow, start] = [
    [right, down, 0],
    [-right, down, last(width, right)],
    [-right, -down, last(width, right) + last(height, down)],
    [right, -down, last(height, down)],
    [down, right, 0],
    [-down, right, last(height, down)],
    [-down, -right, last(height, down) + last(width, right)],
    [down, -right, last(width, right)],
  ][orientation - 1] as [number, number, number]
  const out = new Uint8Array(data.length)
  let to = 0
  for (let y = 0; y < size.height; y++) {
    let from = start + y * toBelow
    for (let x = 0; x < size.width; x++, from += toRight) {
      for (let c = 0; c < channels; c++) out[to++] = data[from + c]!
    }
  }
  return { ...picture, ...size, data: out }
}
