/** Images whose decision changes between two evaluations, two thresholds or two settings of a sweep. */
import type { ImageId, EvaluationId, RunId } from '../../../shared/core/ids.ts'
import { flips, type DecidedSet, type Flip } from '../../../shared/evaluation/flips.ts'
import { decisionOf, sameMaps } from '../../../shared/evaluation/decide.ts'
import { normalisedScore } from '../../../shared/maps/start-step-family.ts'
import type { SweepCell } from '../../../shared/maps/sweep.ts'
import { DdadError } from '../../../shared/errors.ts'
import { defaultThreshold } from '../../../shared/metrics/default-threshold.ts'
import type { CachedFigures } from './cached-figures.ts'
import type { Evaluations } from './evaluations.ts'
import type { OperatingPoints } from '../runs/operating-points.ts'
import type { Sweeps } from '../maps/sweeps.ts'

/** An evaluation with the threshold that it is decided by. */
export interface DecidedEvaluation {
  readonly evaluationId: EvaluationId
  /** A number, or the name of an operating point of its run; null: the threshold in force. */
  readonly at: number | string | null
}

/** A setting of a sweep; what is left out may be anything, as long as only one setting fits. */
export interface SweptSetting {
  readonly startStep: number
  readonly skip?: number | undefined
  readonly guidanceWeight?: number | undefined
}

export interface NamedFlip extends Flip<ImageId> {
  readonly path: string
  readonly defectType: string
}

export interface FlipReport {
  /** How the two sides were decided, in words. */
  readonly a: string
  readonly b: string
  /** Images that both sides have. */
  readonly images: number
  readonly flips: readonly NamedFlip[]
}

interface Side {
  readonly text: string
  readonly set: DecidedSet<ImageId>
  readonly names: ReadonlyMap<ImageId, { readonly path: string; readonly defectType: string }>
}

function compare(a: Side, b: Side): FlipReport {
  const known = new Set(a.set.scores.map(({ id }) => id))
  return {
    a: a.text,
    b: b.text,
    images: b.set.scores.filter(({ id }) => known.has(id)).length,
    flips: flips(a.set, b.set).map((flip) => ({ ...flip, ...b.names.get(flip.id)! })),
  }
}

export function createFlips(
  evaluations: Evaluations,
  points: OperatingPoints,
  cached: CachedFigures,
  sweeps: Sweeps,
) {
  async function sideOf({ evaluationId, at }: DecidedEvaluation): Promise<Side> {
    const evaluation = evaluations.get(evaluationId)
    let results = evaluations.results(evaluationId)
    let threshold: { value: number; rule: string } | null
    if (typeof at === 'string') {
      const { settings, name } = points.named(evaluation.runId, at)
      const decision = decisionOf(settings)
      if (!decision || !sameMaps(settings.evaluation, evaluation.settings)) {
        throw new DdadError(
          'CONFLICT',
          `${name} has no threshold for the settings of evaluation ${evaluationId}.`,
        )
      }
      if (decision.pixelWeight !== evaluation.settings.scoring.pixelWeight) {
        results = await cached.rescored(evaluationId, decision.pixelWeight)
      }
      threshold = { value: decision.threshold, rule: name }
    } else {
      threshold =
        at === null ? defaultThreshold(evaluation, results) : { value: at, rule: 'as given' }
    }
    if (!threshold) {
      throw new DdadError('CONFLICT', `Evaluation ${evaluationId} has no scored image yet.`)
    }
    const { value, rule } = threshold
    return {
      text: `evaluation ${evaluationId} at ${Number(value.toPrecision(4))} (${rule})`,
      set: {
        scores: results.map(({ imageId, anomalous, score }) => ({ id: imageId, anomalous, score })),
        threshold: value,
      },
      names: new Map(
        results.map(({ imageId, path, defectType }) => [imageId, { path, defectType }]),
      ),
    }
  }

  return {
    /** Any two evaluations, or one of them at two thresholds. */
    ofEvaluations: async (a: DecidedEvaluation, b: DecidedEvaluation): Promise<FlipReport> =>
      compare(await sideOf(a), await sideOf(b)),
    /**
     * Any two settings that a run's sweeps have computed, each at the nominal limit of its own.
     * @throws {DdadError} NOT_FOUND when a setting was not swept, INVALID_INPUT when several fit.
     */
    ofSweep: async (
      runId: RunId,
      pixelWeight: number,
      a: SweptSetting,
      b: SweptSetting,
    ): Promise<FlipReport> => {
      const { images, cells } = await sweeps.report(runId, pixelWeight)
      const sideAt = (wanted: SweptSetting): Side => {
        const cell = oneCell(
          cells.filter(({ probe }) => !probe),
          wanted,
        )
        const tested = images.flatMap((image, position) => {
          const score = image.group === 'test' ? normalisedScore(cell, position) : null
          return score === null ? [] : [{ image, score }]
        })
        return {
          text: `${cellText(cell)}, v ${pixelWeight}`,
          set: {
            scores: tested.map(({ image: { imageId: id, anomalous }, score }) => {
              return { id, anomalous, score }
            }),
            threshold: 1,
          },
          names: new Map(
            tested.map(({ image: { imageId, path, defectType } }) => [
              imageId,
              { path, defectType },
            ]),
          ),
        }
      }
      return compare(sideAt(a), sideAt(b))
    },
  }
}

const cellText = ({ reconstruction, checkpointStep }: SweepCell): string => {
  const { startStep, skip, guidanceWeight } = reconstruction
  return `T′ ${startStep}, skip ${skip}, w ${guidanceWeight} at step ${checkpointStep}`
}

/** The newest checkpoint's cell of a setting. */
function oneCell(cells: readonly SweepCell[], wanted: SweptSetting): SweepCell {
  const fitting = cells.filter(({ reconstruction: { startStep, skip, guidanceWeight } }) => {
    const skips = wanted.skip === undefined || skip === Math.min(wanted.skip, startStep)
    const weights = (wanted.guidanceWeight ?? guidanceWeight) === guidanceWeight
    return startStep === wanted.startStep && skips && weights
  })
  const newest = Math.max(...fitting.map(({ checkpointStep }) => checkpointStep))
  const [cell, ...more] = fitting.filter(({ checkpointStep }) => checkpointStep === newest)
  if (cell && more.length === 0) return cell
  const name = [wanted.startStep, wanted.skip, wanted.guidanceWeight].filter(Boolean).join(',')
  if (cell) {
    throw new DdadError(
      'INVALID_INPUT',
      `Several swept settings fit ${name}: ${[cell, ...more].map(cellText).join('; ')}. Give T′,skip,w.`,
    )
  }
  const swept = [...new Set(cells.map(cellText))]
  throw new DdadError(
    'NOT_FOUND',
    `${name} was not swept.${swept.length > 0 ? ` There is ${swept.join('; ')}.` : ''}`,
  )
}
