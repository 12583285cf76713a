import { fullBox, type Point } from '../box.ts'
import { connectedRegion, type Connectivity } from './flood-fill.ts'
import type { Mask } from '../mask.ts'
import type { RgbaImage } from '../planes.ts'
import { EMPTY_SELECTION, pixelAt, selectWhere, type Selection } from '../selection.ts'

export interface WandOptions {
  /** Largest Euclidean distance in RGB from the colour under the point, 0 … 442. */
  readonly tolerance: number
  /** Only pixels connected to the point, or every pixel of the image that is alike. */
  readonly contiguous: boolean
  readonly connectivity: Connectivity
  /** The wand stops at defects of this mask, which has the size of the image. */
  readonly stopAt?: Mask
}

/** The pixels whose colour is like the one under the point; empty when the point is outside. */
export function wandSelection(image: RgbaImage, point: Point, options: WandOptions): Selection {
  const seed = pixelAt(point, image)
  if (!seed) return EMPTY_SELECTION
  const { data, width } = image
  const at = (seed.y * width + seed.x) * 4
  const [red, green, blue] = [data[at]!, data[at + 1]!, data[at + 2]!]
  const limit = options.tolerance ** 2
  const barrier = options.stopAt?.data
  const alike = (x: number, y: number): boolean => {
    const i = y * width + x
    if (barrier && barrier[i] !== 0) return false
    const r = data[i * 4]! - red
    const g = data[i * 4 + 1]! - green
    const b = data[i * 4 + 2]! - blue
    return r * r + g * g + b * b <= limit
  }
  return options.contiguous
    ? connectedRegion(seed, image, options.connectivity, alike)
    : selectWhere(fullBox(image), image, alike)
}
