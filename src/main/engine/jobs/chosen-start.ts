/** T′ chosen for each image of an evaluation, with scores that stay comparable. */
import type { EvaluationSettings } from '../../../shared/config/run-config.ts'
import { probeSettings } from '../../../shared/config/sweep-spec.ts'
import {
  chooseStartStep,
  neighbourDistance,
  type StartStepRule,
} from '../../../shared/diffusion/start-step-rule.ts'
import type { Calibration } from '../../../shared/domain/evaluation.ts'
import { combineMaps } from '../../../shared/metrics/stored-maps.ts'
import { describe } from '../diffusion/dynamic-start.ts'
import type { Scorer } from './scorer.ts'

/** How the maps of images at one T′ are brought to the scale of the evaluation's own T′. */
export interface LevelScale {
  readonly ratio: number
  readonly factor: number
}

export interface ChosenStart {
  /** T′ of each image of a batch [N, S, S, 3]. */
  startSteps(images: Float32Array): Promise<number[]>
  /** Measured on nominal images when a T′ is met for the first time. */
  scaleOf(startStep: number): Promise<LevelScale>
}

/**
 * @param nominal batches of nominal images, for the distances of the neighbour rule
 * @param calibrateAt measures nominal images at a T′
 * @param own the calibration at the evaluation's own T′, whose nominal limit the others are scaled to
 */
export async function chosenStart(
  scorer: Scorer,
  rule: StartStepRule,
  settings: EvaluationSettings,
  own: Calibration,
  nominal: () => AsyncIterable<Float32Array>,
  calibrateAt: (startStep: number) => Promise<Calibration>,
  signal: AbortSignal,
): Promise<ChosenStart> {
  const scales = new Map<number, LevelScale>([
    [settings.reconstruction.startStep, { ratio: own.ratio, factor: 1 }],
  ])
  const bank: Float32Array[] = []
  if (rule.kind === 'neighbours')
    for await (const images of nominal()) bank.push(...describeAll(scorer, images))

  return {
    startSteps: async (images) => {
      if (rule.kind === 'neighbours') {
        return describeAll(scorer, images).map((vector) =>
          chooseStartStep(rule, { distance: neighbourDistance(vector, bank, rule.neighbours) }),
        )
      }
      const scores = await probeScores(scorer, rule, images, settings, signal)
      return scores.map((probes) => chooseStartStep(rule, { probes }))
    },
    scaleOf: async (startStep) => {
      const known = scales.get(startStep)
      if (known) return known
      const calibration = await calibrateAt(startStep)
      const scale = { ratio: calibration.ratio, factor: limit(own) / limit(calibration) }
      scales.set(startStep, scale)
      return scale
    },
  }
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
      const scored = await scorer.reconstruct(prepared, {
        reconstruction: probeSettings({ ...reconstruction, startStep }),
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
