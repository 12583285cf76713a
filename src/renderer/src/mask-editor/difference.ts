import { maskBounds, requireSameSize, type Mask } from '../../../shared/masks/mask.ts'
import type { OverlayContent } from './overlay.ts'
import { ADDED, CHANGED, REMOVED, SAME, overlayColours } from './palette.ts'

/** What became of a pixel: 0 where both masks are nominal. */
function codeOf(before: number, after: number): number {
  if (before === after) return before === 0 ? 0 : SAME
  if (before === 0) return ADDED
  return after === 0 ? REMOVED : CHANGED
}

/** The difference of two masks as an overlay. Throws INVALID_INPUT when the sizes differ. */
export function differenceOf(before: Mask, after: Mask): OverlayContent {
  requireSameSize(before, after)
  const { width, height } = after
  const classes = new Uint8Array(width * height)
  for (let i = 0; i < classes.length; i++) classes[i] = codeOf(before.data[i]!, after.data[i]!)
  const bounds = maskBounds({ width, height, data: classes })
  return { width, height, classes, bounds, preview: null }
}

/**
 * A picture of the difference, its longer side `side` pixels. Each pixel shows the most telling thing that
 * it covers: changes before what stayed.
 */
export function thumbnailOf(before: Mask, after: Mask, side: number): ImageData {
  const { width, height, classes } = differenceOf(before, after)
  const scale = Math.min(1, side / Math.max(width, height))
  const image = new ImageData(
    Math.max(1, Math.round(width * scale)),
    Math.max(1, Math.round(height * scale)),
  )
  const words = new Uint32Array(image.data.buffer)
  const shown = new Uint8Array(words.length)
  const { line } = overlayColours(1, true)
  for (let y = 0, i = 0; y < height; y++) {
    const row = Math.min(image.height - 1, Math.floor(y * scale)) * image.width
    for (let x = 0; x < width; x++, i++) {
      const code = classes[i]!
      if (code === 0) continue
      const at = row + Math.min(image.width - 1, Math.floor(x * scale))
      if (code > shown[at]!) shown[at] = code
    }
  }
  shown.forEach((code, at) => (words[at] = line[code]!))
  return image
}
