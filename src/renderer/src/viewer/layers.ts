import type { NearestImage } from '../../../shared/maps/nearest.ts'
import type { Box } from '../../../shared/masks/box.ts'
import { colourMap, type ColourMapName } from './colour-maps.ts'
import { paint, type HeatMap } from './heat-map.ts'
import type { Layer } from './pane-painter.ts'
import { pictureOf, pixelsOf } from './pictures.ts'
import type { ReviewPictures } from './review-pictures.ts'
import type { Size } from './viewport.ts'

export function inputLayer({ input }: ReviewPictures): Layer {
  return { picture: input, width: input.width, opacity: 1 }
}

export function maskLayer({ mask }: ReviewPictures): Layer | null {
  return mask && { picture: mask.overlay, width: mask.pixels.width, opacity: 1 }
}

export function reconstructionLayer({ reconstruction }: ReviewPictures): Layer | null {
  return reconstruction && { picture: reconstruction, width: reconstruction.width, opacity: 1 }
}

/** The heat map with the threshold in the middle of the colours. */
export function heatLayer(
  map: HeatMap | null,
  threshold: number | null,
  colours: ColourMapName,
  opacity: number,
): Layer | null {
  if (!map || threshold === null) return null
  const bytes = paint(map, 2 * threshold, colourMap(colours))
  return { picture: pictureOf(bytes, map.size, map.size), width: map.size, opacity }
}

/** Largest difference of a colour channel between input and reconstruction, a quarter of the range being full scale. */
export function differenceLayer(
  { input, reconstruction }: ReviewPictures,
  colours: ColourMapName,
): Layer | null {
  if (!reconstruction) return null
  const { width, height } = reconstruction
  const canvas = new OffscreenCanvas(width, height)
  const context = canvas.getContext('2d')
  if (!context) return null
  context.imageSmoothingQuality = 'high'
  context.drawImage(input, 0, 0, width, height)
  const before = context.getImageData(0, 0, width, height).data
  const after = pixelsOf(reconstruction).data
  const values = new Float32Array(width * height)
  for (let i = 0; i < values.length; i += 1) {
    for (let channel = 0; channel < 3; channel += 1) {
      const at = 4 * i + channel
      values[i] = Math.max(values[i] ?? 0, Math.abs((before[at] ?? 0) - (after[at] ?? 0)))
    }
  }
  const bytes = paint({ size: width, values }, 64, colourMap(colours))
  return { picture: pictureOf(bytes, width, height), width, opacity: 1 }
}

/** A box of an image where it lies when that image is drawn at another one's size. */
export function stretched(box: Box, from: Size, to: Size): Box {
  const [across, down] = [to.width / from.width, to.height / from.height]
  return {
    x: box.x * across,
    y: box.y * down,
    width: box.width * across,
    height: box.height * down,
  }
}

/** A nominal image over the image under review; where a patch was compared, with its patch over the asked one. */
export function nominalLayer(
  picture: ImageBitmap,
  near: NearestImage,
  patch: Box | null,
  image: Size,
): Layer {
  const layer = { picture, width: picture.width, opacity: 1 }
  if (!patch || !near.place) return layer
  const { x, y } = stretched(near.place, near, image)
  return { ...layer, shift: { x: patch.x - x, y: patch.y - y } }
}
