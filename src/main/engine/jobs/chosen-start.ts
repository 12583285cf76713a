/** T′ chosen for each image of an evaluation, with scores that stay comparable. */
import type { EvaluationSettings } from '../../../shared/config/run-config.ts'
import { probeSettings } from '../../../shared/config/sweep-spec.ts'
import {
  chooseStartStep,
  neighbourDistance,
  type StartStepRule,
} from '../../../shared/diffusion/start-step-rule.ts'
import type { Calibration } from '../../../shared/evaluation/evaluation.ts'
import { combineMaps } from '../../../shared/metrics/stored-maps.ts'
import { describe } from '../diffusion/dynamic-start.ts'
import type { Scorer, ScoredPixels, ScoreRequest } from '../methods/ddad/scorer.ts'
import { untilClear, type Level } from './until-clear.ts'

/** How the maps of images at one T′ are brought to the scale of the evaluation's own T′. */
interface LevelScale {
  readonly ratio: number
  readonly factor: number
}

/** An image at the T′ that was chosen for it: the last one, where it took several. */
export interface ChosenPixels {
  readonly pixels: ScoredPixels
  readonly startStep: number
  /** Scale between its maps. */
  readonly ratio: number
}

export interface ChosenStart {
  /** Scores a batch [N, S, S, 3] in −1 … 1, each image at its own T′, with maps of one scale. */
  score(images: Float32Array): Promise<ChosenPixels[]>
}

/**
 * @param nominal batches of nominal images, for the distances of the neighbour rule
 * @param calibrateAt measures nominal images at a T′, when it is met for the first time
 * @param own the calibration at the evaluation's own T′, whose nominal limit the others are scaled to
 */
export async function chosenStart(
  scorer: Scorer,
  rule: StartStepRule,
  settings: EvaluationSettings,
  own: Calibration,
  nominal: () => AsyncIterable<Float32Array>,
  calibrateAt: (startStep: number) => Promise<Calibration>,
  request: Omit<ScoreRequest, 'settings' | 'startSteps'>,
): Promise<ChosenStart> {
  const { reconstruction, scoring } = settings
  const scales = new Map<number, LevelScale>([
    [reconstruction.startStep, { ratio: own.ratio, factor: 1 }],
  ])
  async function scaleOf(startStep: number): Promise<LevelScale> {
    const known = scales.get(startStep)
    if (known) return known
    const calibration = await calibrateAt(startStep)
    const scale = { ratio: calibration.ratio, factor: limit(own) / limit(calibration) }
    scales.set(startStep, scale)
    return scale
  }
  const scoreAt = (images: Float32Array, startSteps: readonly number[]) =>
    scorer.score(images, { ...request, settings: reconstruction, startSteps })

  if (rule.kind === 'until-clear') {
    const side = scorer.size
    const level = async (images: Float32Array, startStep: number) => {
      const count = images.length / (3 * side * side)
      const scored = await scoreAt(images, new Array<number>(count).fill(startStep))
      const { ratio, factor } = await scaleOf(startStep)
      return scored.map((pixels): Level => {
        const { score } = combineMaps(pixels.maps, side, scoring.pixelWeight * ratio, scoring.crop)
        const maps = rescaled(pixels.maps, factor, (factor * ratio) / own.ratio)
        return { score: (score * factor) / limit(own), pixels: { ...pixels, maps } }
      })
    }
    return {
      score: async (images) =>
        (await untilClear(rule, images, 3 * side * side, level)).map((one) => ({
          ...one,
          ratio: own.ratio,
        })),
    }
  }
  const bank: Float32Array[] = []
  if (rule.kind === 'neighbours')
    for await (const images of nominal()) bank.push(...describeAll(scorer, images))

  async function startStepsOf(images: Float32Array): Promise<number[]> {
    if (rule.kind === 'neighbours') {
      return describeAll(scorer, images).map((vector) =>
        chooseStartStep(rule, { distance: neighbourDistance(vector, bank, rule.neighbours) }),
      )
    }
    if (rule.kind !== 'probe') return []
    const scores = await probeScores(scorer, rule, images, settings, request.signal)
    return scores.map((probes) => chooseStartStep(rule, { probes }))
  }
  return {
    score: async (images) => {
      const startSteps = await startStepsOf(images)
      const scored = await scoreAt(images, startSteps)
      const chosen: ChosenPixels[] = []
      for (const [i, pixels] of scored.entries()) {
        const startStep = startSteps[i]!
        const { ratio, factor } = await scaleOf(startStep)
        const maps = factor === 1 ? pixels.maps : rescaled(pixels.maps, factor, factor)
        chosen.push({ pixels: { ...pixels, maps }, startStep, ratio })
      }
      return chosen
    },
  }
}

/** Maps [2, S, S] with each of the two multiplied. */
function rescaled(maps: Float32Array, feature: number, pixel: number): Float32Array {
  const half = maps.length / 2
  return maps.map((value, i) => value * (i < half ? feature : pixel))
}

function describeAll(scorer: Scorer, images: Float32Array): Float32Array[] {
  const prepared = scorer.prepare(images)
  try {
    return describe(prepared.stages)
  } finally {
    prepared.dispose()
  }
}

/** The probe score of each image at each T′ of the rule. */
async function probeScores(
  scorer: Scorer,
  rule: Extract<StartStepRule, { kind: 'probe' }>,
  images: Float32Array,
  { reconstruction, scoring }: EvaluationSettings,
  signal: AbortSignal,
): Promise<number[][]> {
  const prepared = scorer.prepare(images)
  try {
    const scores: number[][] = prepared.keys.map(() => [])
    for (const [level, startStep] of rule.startSteps.entries()) {
      const scored = await scorer.maps(prepared, {
        settings: probeSettings({ ...reconstruction, startStep }),
        blurSigma: scoring.blurSigma,
        signal,
      })
      for (const [i, { maps }] of scored.entries())
        scores[i]!.push(combineMaps(maps, scorer.size, rule.weights[level]!, scoring.crop).score)
    }
    return scores
  } finally {
    prepared.dispose()
  }
}

/** Mean + 3σ of nominal scores. */
function limit({ nominalScores: scores }: Calibration): number {
  const mean = scores.reduce((sum, score) => sum + score, 0) / scores.length
  const squares = scores.reduce((sum, score) => sum + (score - mean) ** 2, 0)
  return mean + 3 * Math.sqrt(squares / scores.length)
}
