import { readNpy, type FloatArray } from './npy.ts'

async function get(address: string, what: string): Promise<Response> {
  const answer = await fetch(address)
  if (answer.ok) return answer
  const reason = (await answer.text()).slice(0, 300)
  throw new Error(reason || `The ${what} could not be read (${answer.status}).`)
}

/** Decodes an image of the `ddad://` protocol. @throws With main's text when it cannot be had. */
export async function loadPicture(address: string, what: string): Promise<ImageBitmap> {
  const answer = await get(address, what)
  return createImageBitmap(await answer.blob(), { colorSpaceConversion: 'none' })
}

/** The stored distances of an image result, [2, S, S]. */
export async function loadMaps(address: string): Promise<FloatArray> {
  return readNpy(await (await get(address, 'anomaly map')).arrayBuffer())
}

/** RGBA bytes of a picture, for the inspector and for masks. */
export function pixelsOf(picture: ImageBitmap): ImageData {
  const canvas = new OffscreenCanvas(picture.width, picture.height)
  const context = canvas.getContext('2d', { willReadFrequently: true })
  if (!context) throw new Error('No canvas can be had; close some windows and open the view again.')
  context.drawImage(picture, 0, 0)
  return context.getImageData(0, 0, picture.width, picture.height)
}

/** A picture from RGBA bytes. */
export function pictureOf(
  bytes: Uint8ClampedArray<ArrayBuffer>,
  width: number,
  height: number,
): OffscreenCanvas {
  const canvas = new OffscreenCanvas(width, height)
  canvas.getContext('2d')?.putImageData(new ImageData(bytes, width, height), 0, 0)
  return canvas
}
