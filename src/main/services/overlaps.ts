/** How far masks in force and heat maps of an evaluation agree, for the most surprising images first. */
import path from 'node:path'
import type { Evaluation } from '../../shared/domain/evaluation.ts'
import type { EvaluationId } from '../../shared/domain/ids.ts'
import { DdadError } from '../../shared/errors.ts'
import { chooseThreshold } from '../../shared/metrics/thresholds.ts'
import type { BackgroundContract } from '../../shared/processes/background.ts'
import type { Supervisor } from '../engine-host/supervisor.ts'
import type { Files } from './files.ts'
import type { Workspace } from './workspace.ts'

/** Results compared in one call, so that what is done is kept when the rest is not. */
const BATCH = 64

export function createOverlaps(
  { store, folder }: Workspace,
  files: Files,
  background: Supervisor<BackgroundContract>,
) {
  /** Mean + 3σ of nominal training images; without them just above the highest nominal test image. */
  function thresholdOf({ id, calibration }: Evaluation): number {
    const nominal = calibration?.nominalScores ?? []
    const results = store.imageResults.list(id)
    const tested = results.filter(({ anomalous }) => !anomalous).map(({ score }) => score)
    const calibrated =
      nominal.length > 1 ? chooseThreshold({ kind: 'sigma', sigmas: 3 }, nominal, []) : null
    return calibrated ?? chooseThreshold({ kind: 'max-nominal' }, tested, []) ?? 0
  }

  /** Compares what has changed since the last time. */
  return async (evaluationId: EvaluationId): Promise<void> => {
    const evaluation = store.evaluations.get(evaluationId)
    if (!evaluation) throw new DdadError('NOT_FOUND', `There is no evaluation ${evaluationId}.`)
    const threshold = thresholdOf(evaluation)
    const stale = store.imageOverlaps.stale(evaluationId, threshold)
    for (let first = 0; first < stale.length; first += BATCH) {
      const batch = stale.slice(first, first + BATCH)
      const results = await Promise.all(
        batch.map(async ({ anomalous, defectType, maskVersionId, maps, ratio }) => ({
          anomalous: anomalous === 1,
          defectType,
          maskFile: maskVersionId === null ? null : await files.mask(maskVersionId),
          maps: path.join(folder, maps),
          ratio,
        })),
      )
      const { scoring } = evaluation.settings
      const { overlaps } = await background.call('overlaps', { scoring, threshold, results }).result
      store.transaction(() =>
        overlaps.forEach((overlap, index) =>
          store.imageOverlaps.put(batch[index]!, threshold, overlap),
        ),
      )
    }
  }
}
