/** How far masks in force and heat maps of an evaluation agree, for the most surprising images first. */
import path from 'node:path'
import type { Evaluation } from '../../../shared/evaluation/evaluation.ts'
import type { EvaluationId } from '../../../shared/core/ids.ts'
import { decisionInUse, defaultThreshold } from '../../../shared/metrics/default-threshold.ts'
import type { BackgroundContract } from '../../../shared/processes/background.ts'
import type { Supervisor } from '../../processes/supervisor.ts'
import type { Files } from '../datasets/files.ts'
import type { Workspace } from '../core/workspace.ts'
import { found } from '../core/found.ts'

/** Results compared in one call, so that what is done is kept when the rest is not. */
const BATCH = 64

export function createOverlaps(
  { store, folder }: Workspace,
  files: Files,
  background: Supervisor<BackgroundContract>,
) {
  /** From where pixels count as found: the operating point in use, otherwise what needs no defects. */
  function thresholdOf(evaluation: Evaluation): number {
    const decision = decisionInUse(evaluation)
    if (decision) return decision.pixelThreshold ?? decision.threshold
    return defaultThreshold(evaluation, store.imageResults.list(evaluation.id))?.value ?? 0
  }

  /** Compares what has changed since the last time. */
  return async (evaluationId: EvaluationId): Promise<void> => {
    const evaluation = found(store.evaluations.get(evaluationId), `evaluation ${evaluationId}`)
    const threshold = thresholdOf(evaluation)
    const stale = store.imageOverlaps.stale(evaluationId, threshold)
    for (let first = 0; first < stale.length; first += BATCH) {
      const batch = stale.slice(first, first + BATCH)
      const masks = await files.masks(batch.flatMap(({ maskVersionId }) => maskVersionId ?? []))
      const results = batch.map(({ anomalous, defectType, maskVersionId, maps, ratio }) => ({
        anomalous: anomalous === 1,
        defectType,
        maskFile: maskVersionId === null ? null : masks.get(maskVersionId)!,
        maps: path.join(folder, maps),
        ratio,
      }))
      const { scoring } = evaluation.settings
      const { overlaps } = await background.call('overlaps', { scoring, threshold, results }).result
      store.remember(() =>
        overlaps.forEach((overlap, index) =>
          store.imageOverlaps.put(batch[index]!, threshold, overlap),
        ),
      )
    }
  }
}
