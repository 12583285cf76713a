import { isEmptyBox, type Point } from '../../../../shared/masks/box.ts'
import { bilinearSampler } from '../../../../shared/masks/planes.ts'
import { formatValue } from '../../format/numbers.ts'
import { floodByClass } from '../../../../shared/masks/tools/flood-fill.ts'
import { wandSelection } from '../../../../shared/masks/tools/magic-wand.ts'
import type { Selection } from '../../../../shared/masks/selection.ts'
import { heatMapRegion, thresholdSelection } from '../../../../shared/masks/tools/threshold.ts'
import { apply, type Bench, type Drag } from './tool.ts'

/** How much the wand's tolerance changes for each screen pixel of a drag to the right. */
const TOLERANCE_PER_PIXEL = 0.5
const MAX_TOLERANCE = 442

/** Fills the connected pixels of one class under the pointer, or takes a region away. */
export function flood(bench: Bench, point: Point, adds: boolean): void {
  const connectivity = bench.options.values.diagonal ? 8 : 4
  const { mask } = bench.editor
  apply(bench, adds ? 'Fill' : 'Remove region', floodByClass(mask, point, connectivity), adds)
}

/** Takes the region of the heat map under the pointer over. */
export function takeRegion(bench: Bench, point: Point, adds: boolean): void {
  const { heat, options, editor } = bench
  if (!heat) return
  const { min } = options.values.heat
  const selection = heatMapRegion(heat, editor.mask, point, min, 8)
  if (isEmptyBox(selection.box)) {
    const here = bilinearSampler(heat, editor.mask)(Math.floor(point.x), Math.floor(point.y))
    return bench.say(
      `No region here: the heat map is ${formatValue(here, 3)} at this point, below ${formatValue(min, 3)}. Click inside an outline, or lower the level.`,
    )
  }
  apply(bench, 'Region of the heat map', selection, adds)
}

/** Proposes pixels like the one pressed; dragging sideways changes the tolerance. */
export function startWand(bench: Bench, start: Point, screenScale: number): Drag {
  const { options } = bench
  const { tolerance: from } = options.values
  const propose = (): void => {
    bench.propose(wand(bench, start), 'Magic wand')
  }
  propose()
  return {
    move: (points) => {
      const point = points.at(-1)
      if (!point) return
      const pixels = (point.x - start.x) * screenScale
      const tolerance = Math.round(from + pixels * TOLERANCE_PER_PIXEL)
      const kept = Math.min(MAX_TOLERANCE, Math.max(0, tolerance))
      if (kept === options.values.tolerance) return
      options.set({ tolerance: kept })
      propose()
    },
    end: () => undefined,
    cancel: () => {
      options.set({ tolerance: from })
      bench.propose(null, '')
    },
  }
}

function wand({ image, editor, options }: Bench, point: Point): Selection {
  const { tolerance, contiguous, stopAtMask, diagonal } = options.values
  return wandSelection(image, point, {
    tolerance,
    contiguous,
    connectivity: diagonal ? 8 : 4,
    ...(stopAtMask && { stopAt: editor.mask }),
  })
}

/** Proposes all pixels within the range of the image's intensity or of the heat map. */
export function proposeThreshold(bench: Bench): void {
  const { heat, options, editor } = bench
  const { thresholdSource, intensity, heat: heatRange } = options.values
  const fromHeat = thresholdSource === 'heat-map'
  const plane = fromHeat ? heat : bench.intensity()
  if (!plane) return bench.propose(null, '')
  const { min, max } = fromHeat ? heatRange : intensity
  const label = fromHeat ? 'Threshold of the heat map' : 'Threshold of the image'
  const selection = thresholdSelection(plane, editor.mask, min, max)
  const { width, height } = editor.mask
  const inside = selection.bits.reduce((sum, bit) => sum + bit, 0)
  if (inside > 0 && inside < width * height) return bench.propose(selection, label)
  bench.propose(null, '')
  bench.say(
    inside === 0
      ? 'No pixel is within the range: widen it.'
      : 'Every pixel is within the range, so there is nothing to choose yet: narrow it.',
  )
}
