/** Evaluations of trained runs: starting one with its settings, reading results. */
import type { EvaluationSettings } from '../../../shared/config/run-config.ts'
import type { Evaluation, ImageResult } from '../../../shared/evaluation/evaluation.ts'
import type {
  DatasetId,
  EvaluationId,
  ImageResultId,
  JobId,
  RunId,
} from '../../../shared/core/ids.ts'
import type { OperatingPoint } from '../../../shared/runs/operating-point.ts'
import { DdadError } from '../../../shared/errors.ts'
import type { Queue } from '../jobs/queue.ts'
import { asFound, imagesOf } from '../runs/run-images.ts'
import type { Workspace } from '../core/workspace.ts'
import { found } from '../core/found.ts'

export function createEvaluations({ store }: Workspace, queue: Queue) {
  const get = (id: EvaluationId) => found(store.evaluations.get(id), `evaluation ${id}`)

  return {
    get,
    list: (runId?: RunId): readonly Evaluation[] => store.evaluations.list(runId),
    ofCategory: store.evaluations.ofCategory,
    /** The newest finished evaluation of each category. */
    latest: (id: DatasetId): readonly Evaluation[] => store.evaluations.latest(id),
    /**
     * Queues an evaluation of a run's newest checkpoint.
     * @param point operating point that the settings are of; its thresholds decide the images
     */
    start: (
      runId: RunId,
      settings: EvaluationSettings,
      point: OperatingPoint | null = null,
    ): { evaluation: Evaluation; jobId: JobId } => {
      const run = found(store.runs.get(runId), `run ${runId}`)
      if (store.checkpoints.ofKind(runId, 'unet').length === 0) {
        throw new DdadError('CONFLICT', `${run.name} has no checkpoint yet. Train it first.`)
      }
      const { datasetId, category, name } = run
      const started = store.transaction(() => {
        const createdAt = Date.now()
        const chosenOn = point?.settings.chosenOn
        const row = { runId, datasetId, category, settings, chosenOn, createdAt }
        const id = store.evaluations.insert(row)
        store.runImageLists.evaluation.put(id, asFound(store, imagesOf(store, run)))
        if (point?.settings.thresholds) store.operatingPoints.decide(id, point.id)
        const title = `Evaluate ${name}`
        const jobId = store.jobs.insert({
          kind: 'evaluate',
          runId,
          evaluationId: id,
          afterId: null,
          title,
          createdAt,
        })
        return { evaluation: get(id), jobId }
      })
      queue.nudge()
      return started
    },
    /** Results of single images, highest score first. */
    results: (id: EvaluationId): readonly ImageResult[] => store.imageResults.list(get(id).id),
    result: (id: ImageResultId): ImageResult | null => store.imageResults.get(id),
  }
}

export type Evaluations = ReturnType<typeof createEvaluations>
