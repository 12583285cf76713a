import { z } from 'zod'
import { runConfigSchema } from '../../config/run-config.ts'
import type { RunId } from '../../core/ids.ts'
import type { RunRecord } from '../../runs/run-record.ts'
import type { Job, ListedCheckpoint, LogEntry, MetricPoint, Run } from '../../runs/run.ts'
import { categoryName, datasetId, runId } from '../ids.ts'
import { route } from '../route.ts'

const tag = z.string().trim().min(1).max(60)

export const runRoutes = {
  'runs.list': route<readonly Run[]>()(z.null()),
  /** The same as JSON: copying two thousand objects into the page one by one takes seconds, a text does not. */
  'runs.packed': route<string>()(z.null()),
  'runs.get': route<Run>()(z.strictObject({ runId })),
  /** Creates a run and queues its training, adaptation (where the config has epochs for it) and evaluation. */
  'runs.start': route<Run>()(
    z.strictObject({
      datasetId,
      category: categoryName,
      config: runConfigSchema,
      evaluate: z.boolean(),
    }),
  ),
  /** Queues adaptation and evaluation, or the rest of a stopped or failed training. */
  'runs.resume': route<Job>()(z.strictObject({ runId })),
  'runs.remove': route<null>()(z.strictObject({ runId })),
  /** Metric points of one name, thinned to at most `limit` by keeping each bucket's last point. */
  'runs.metrics': route<readonly MetricPoint[]>()(
    z.strictObject({
      runId,
      name: z.string().max(100),
      limit: z.number().int().min(2).max(20_000),
    }),
  ),
  'runs.checkpoints': route<readonly ListedCheckpoint[]>()(z.strictObject({ runId })),
  /** Changes what people write about a run. */
  'runs.annotate': route<Run>()(
    z.strictObject({
      runId,
      name: z.string().trim().min(1).max(200).optional(),
      note: z.string().max(20_000).optional(),
      favourite: z.boolean().optional(),
      archived: z.boolean().optional(),
      addTags: z.array(tag).max(50).optional(),
      removeTags: z.array(tag).max(50).optional(),
    }),
  ),
  /** Puts a run into the trash; nothing is deleted before `runs.remove`. */
  'runs.trash': route<Run>()(z.strictObject({ runId })),
  'runs.restore': route<Run>()(z.strictObject({ runId })),
  'runs.trashed': route<readonly Run[]>()(z.null()),
  /** Everything that distinguishes a run from another; two of them go to `diffRuns`. */
  'runs.record': route<RunRecord>()(z.strictObject({ runId })),
  /** The run of the same category that was started before. */
  'runs.previous': route<RunId | null>()(z.strictObject({ runId })),
  'runs.log': route<readonly LogEntry[]>()(
    z.strictObject({ runId, limit: z.number().int().min(1).max(10_000) }),
  ),
  'runs.curves': route<readonly string[]>()(z.strictObject({ runId })),
  /** A few evenly spread values of a curve of each run, for the runs in view. */
  'runs.sparklines': route<readonly (readonly number[])[]>()(
    z.strictObject({
      runIds: z.array(runId).max(200),
      name: z.string().max(100),
      points: z.number().int().min(2).max(100),
    }),
  ),
}
