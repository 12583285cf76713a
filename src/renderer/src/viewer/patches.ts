import { connectedComponents } from '../../../shared/metrics/connected-components.ts'
import {
  boxFromEdges,
  clipBox,
  EMPTY_BOX,
  uniteBoxes,
  type Box,
} from '../../../shared/masks/box.ts'
import { VOID_PIXEL } from '../../../shared/masks/void.ts'
import type { HeatMap } from './heat-map.ts'
import type { Size } from './viewport.ts'

/** Where a raster covers an image: the pixels below a box of the raster. */
function onImage(box: Box, raster: Size, image: Size): Box {
  const across = image.width / raster.width
  const down = image.height / raster.height
  const right = Math.ceil((box.x + box.width) * across) - 1
  const bottom = Math.ceil((box.y + box.height) * down) - 1
  return clipBox(
    boxFromEdges(Math.floor(box.x * across), Math.floor(box.y * down), right, bottom),
    image,
  )
}

/** The bounding box of one region of a labelled raster. */
function boxOf(labels: Int32Array, label: number, width: number): Box {
  let box = EMPTY_BOX
  labels.forEach((found, i) => {
    if (found !== label) return
    box = uniteBoxes(box, { x: i % width, y: Math.floor(i / width), width: 1, height: 1 })
  })
  return box
}

/**
 * The bounding box of a mask's largest region in image pixels; null for an empty mask.
 * @param mask RGBA; red above 0 is a defect, unless it is void
 */
export function maskPatch(mask: ImageData, image: Size): Box | null {
  const { width, height, data } = mask
  const red = Uint8Array.from({ length: width * height }, (_, i) => {
    const value = data[4 * i] ?? 0
    return value === VOID_PIXEL ? 0 : value
  })
  const { labels, areas } = connectedComponents(red, width, height)
  if (areas.length === 0) return null
  const largest = areas.indexOf(Math.max(...areas)) + 1
  return onImage(boxOf(labels, largest, width), mask, image)
}

/**
 * The bounding box, in image pixels, of the region around a heat map's highest value that is at or above the
 * threshold; where nothing reaches it, of what has at least half the highest value.
 */
export function heatPatch({ size, values }: HeatMap, threshold: number, image: Size): Box {
  let top = 0
  values.forEach((value, i) => (top = value > values[top]! ? i : top))
  const highest = values[top]!
  const level = highest >= threshold ? threshold : highest / 2
  const inside = Uint8Array.from(values, (value) => Number(value >= level))
  const { labels } = connectedComponents(inside, size, size)
  return onImage(boxOf(labels, labels[top]!, size), { width: size, height: size }, image)
}
