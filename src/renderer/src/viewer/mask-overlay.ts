import { VOID_PIXEL } from '../../../shared/masks/void.ts'

/**
 * RGBA bytes that show a mask over an image: a light tint inside, a full line on the border, grey stripes where it is
 * void. Any other first channel but 0 is a defect.
 * @param mask RGBA bytes of the mask image.
 */
export function maskOverlay(
  mask: Uint8ClampedArray,
  width: number,
  height: number,
  colour: readonly [number, number, number],
): Uint8ClampedArray<ArrayBuffer> {
  const bytes = new Uint8ClampedArray(4 * width * height)
  const inside = (x: number, y: number): boolean => {
    const value = mask[4 * (y * width + x)] ?? 0
    return x >= 0 && y >= 0 && x < width && y < height && value > 0 && value !== VOID_PIXEL
  }
  const reach = Math.max(1, Math.round(Math.max(width, height) / 400))
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      if (mask[4 * (y * width + x)] === VOID_PIXEL) {
        const light = Math.floor((x + y) / (3 * reach)) % 2 === 0
        bytes.set(light ? [235, 235, 235, 150] : [40, 40, 40, 150], 4 * (y * width + x))
      }
      if (!inside(x, y)) continue
      const border =
        !inside(x - reach, y) ||
        !inside(x + reach, y) ||
        !inside(x, y - reach) ||
        !inside(x, y + reach)
      const at = 4 * (y * width + x)
      bytes.set(colour, at)
      bytes[at + 3] = border ? 255 : 80
    }
  }
  return bytes
}
