import { z } from 'zod'
import { runConfigSchema } from '../../config/run-config.ts'
import type { Checkpoint, Job, MetricPoint, Run } from '../../domain/run.ts'
import { datasetId, jobId, runId } from '../ids.ts'
import { route } from '../route.ts'

export const runRoutes = {
  'runs.list': route<readonly Run[]>()(z.null()),
  'runs.get': route<Run>()(z.strictObject({ runId })),
  /** Creates a run and queues its training, adaptation (where the config has epochs for it) and evaluation. */
  'runs.start': route<Run>()(
    z.strictObject({
      datasetId,
      category: z.string(),
      config: runConfigSchema,
      evaluate: z.boolean(),
    }),
  ),
  /** Queues adaptation and evaluation, or the rest of a stopped or failed training. */
  'runs.resume': route<Job>()(z.strictObject({ runId })),
  'runs.remove': route<null>()(z.strictObject({ runId })),
  /** Metric points of one name, thinned to at most `limit` by keeping each bucket's last point. */
  'runs.metrics': route<readonly MetricPoint[]>()(
    z.strictObject({ runId, name: z.string(), limit: z.number().int().min(2).max(20_000) }),
  ),
  'runs.checkpoints': route<readonly Checkpoint[]>()(z.strictObject({ runId })),
  'jobs.list': route<readonly Job[]>()(z.null()),
  /** Ends a job early and keeps its work: it can be resumed. */
  'jobs.stop': route<null>()(z.strictObject({ jobId })),
  /** Ends a job and discards what it made. */
  'jobs.cancel': route<null>()(z.strictObject({ jobId })),
  /** Puts a stopped, cancelled or failed job back into the queue; it goes on from its last checkpoint. */
  'jobs.resume': route<null>()(z.strictObject({ jobId })),
}
