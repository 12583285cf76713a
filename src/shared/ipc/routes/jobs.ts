import { z } from 'zod'
import { runConfigSchema } from '../../config/run-config.ts'
import type { Estimate } from '../../jobs/estimate.ts'
import { preferencesSchema, type Preferences } from '../../core/preferences.ts'
import type { Job } from '../../runs/run.ts'
import { MOST_PLANNED, type Study } from '../../runs/study.ts'
import { categoryName, datasetId, jobId } from '../ids.ts'
import { route } from '../route.ts'

/** The runs of a study that the window plans. */
export const plannedRuns = z
  .array(z.strictObject({ category: categoryName, config: runConfigSchema }))
  .min(1)
  .max(MOST_PLANNED)

export const jobRoutes = {
  /** Jobs that are not over in the order of the queue, and the newest of those that are. */
  'jobs.list': route<{ readonly jobs: readonly Job[]; readonly paused: boolean }>()(z.null()),
  /** Saves a job's work, frees the device and lets it wait. */
  'jobs.pause': route<null>()(z.strictObject({ jobId })),
  /** Ends a job early and keeps its work: it can be resumed. */
  'jobs.stop': route<null>()(z.strictObject({ jobId })),
  /** Ends a job and discards what it made. */
  'jobs.cancel': route<null>()(z.strictObject({ jobId })),
  /** Puts a paused, stopped, cancelled or failed job back into the queue; it goes on from its last checkpoint. */
  'jobs.resume': route<null>()(z.strictObject({ jobId })),
  /** Moves a waiting job before another waiting one, or to the end. */
  'jobs.move': route<null>()(z.strictObject({ jobId, beforeId: jobId.nullable() })),
  /** Pauses the whole queue or lets it go on. */
  'queue.setPaused': route<null>()(z.strictObject({ paused: z.boolean() })),
  'studies.list': route<readonly Study[]>()(z.null()),
  /** Queues every run of a study with its evaluation, all of it or nothing. */
  'studies.start': route<Study>()(
    z.strictObject({
      name: z.string().trim().min(1).max(200),
      datasetId,
      runs: plannedRuns,
    }),
  ),
  /** Measures a few steps of a configuration; refused while a job runs. */
  'estimates.probe': route<Estimate>()(
    z.strictObject({ datasetId, category: categoryName, config: runConfigSchema }),
  ),
  'preferences.get': route<Preferences>()(z.null()),
  'preferences.set': route<Preferences>()(preferencesSchema.partial()),
}
