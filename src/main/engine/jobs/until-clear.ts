/** T′ that rises until an image is clear. */
import { isClear, meanOf, type UntilClearRule } from '../../../shared/diffusion/start-step-rule.ts'
import type { ScoredPixels } from '../methods/ddad/scorer.ts'

/** An image at one T′, in the scale of the evaluation's own; its score in units of the nominal limit. */
export interface Level {
  readonly score: number
  readonly pixels: ScoredPixels
}

/**
 * Scores images at one T′ after another, those that are not clear yet, and takes the mean of their maps.
 *
 * @param images [N, S, S, 3] in −1 … 1
 * @param length numbers of an image
 * @param level scores some of the images at a T′
 */
export async function untilClear(
  rule: UntilClearRule,
  images: Float32Array,
  length: number,
  level: (images: Float32Array, startStep: number) => Promise<Level[]>,
): Promise<{ readonly pixels: ScoredPixels; readonly startStep: number }[]> {
  const found = Array.from({ length: images.length / length }, () => ({
    levels: [] as Level[],
    startStep: rule.startSteps[0]!,
  }))
  let open = [...found.keys()]
  for (const startStep of rule.startSteps) {
    const part = new Float32Array(open.length * length)
    for (const [i, at] of open.entries()) {
      part.set(images.subarray(at * length, (at + 1) * length), i * length)
    }
    const scored = await level(part, startStep)
    for (const [i, at] of open.entries()) {
      found[at]!.levels.push(scored[i]!)
      found[at]!.startStep = startStep
    }
    open = open.filter(
      (at) =>
        !isClear(
          rule,
          found[at]!.levels.map(({ score }) => score),
        ),
    )
    if (open.length === 0) break
  }
  return found.map(({ levels, startStep }) => {
    const all = levels.map(({ pixels }) => pixels)
    return { startStep, pixels: { ...all.at(-1)!, maps: meanMaps(all) } }
  })
}

function meanMaps(all: readonly ScoredPixels[]): Float32Array {
  const mean = new Float32Array(all[0]!.maps.length)
  for (let i = 0; i < mean.length; i++) mean[i] = meanOf(all.map(({ maps }) => maps[i]!))
  return mean
}
