import { pictureOf } from '../../../../viewer/pictures.ts'

/** A picture from RGB bytes of `size` × `size` pixels. */
export function rgbPicture(bytes: Uint8Array, size: number): OffscreenCanvas {
  const rgba = new Uint8ClampedArray(4 * size * size)
  for (let i = 0; i < size * size; i += 1) {
    for (let channel = 0; channel < 3; channel += 1)
      rgba[4 * i + channel] = bytes[3 * i + channel] ?? 0
    rgba[4 * i + 3] = 255
  }
  return pictureOf(rgba, size, size)
}

/** Mean over RGB of |a − b|, 0 … 255, four times as bright so that small changes are seen. */
export function differencePicture(a: Uint8Array, b: Uint8Array, size: number): OffscreenCanvas {
  const rgba = new Uint8ClampedArray(4 * size * size)
  for (let i = 0; i < size * size; i += 1) {
    let sum = 0
    for (let channel = 0; channel < 3; channel += 1)
      sum += Math.abs((a[3 * i + channel] ?? 0) - (b[3 * i + channel] ?? 0))
    rgba.fill((4 * sum) / 3, 4 * i, 4 * i + 3)
    rgba[4 * i + 3] = 255
  }
  return pictureOf(rgba, size, size)
}

/** RGB bytes of a picture drawn to `size` × `size` pixels. */
export function rgbBytes(picture: ImageBitmap, size: number): Uint8Array {
  const canvas = new OffscreenCanvas(size, size)
  const context = canvas.getContext('2d', { willReadFrequently: true })
  if (!context) throw new Error('No canvas can be had; close some windows and open the view again.')
  context.imageSmoothingQuality = 'high'
  context.drawImage(picture, 0, 0, size, size)
  const { data } = context.getImageData(0, 0, size, size)
  return Uint8Array.from(
    { length: 3 * size * size },
    (_, i) => data[4 * Math.floor(i / 3) + (i % 3)] ?? 0,
  )
}
