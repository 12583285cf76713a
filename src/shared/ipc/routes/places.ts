import { z } from 'zod'
import type { Check } from '../../core/check.ts'
import {
  taskActs,
  type ListedTask,
  type Partition,
  type Place,
  type PlaceSettings,
  type SentStudy,
  type Task,
} from '../../jobs/place.ts'
import { placeNameSchema, placeSettingsSchema, submissionSchema } from '../../jobs/place-schemas.ts'
import type { Study } from '../../runs/study.ts'
import { datasetId, placeId, runId, studyId } from '../ids.ts'
import { route } from '../route.ts'
import { plannedRuns } from './jobs.ts'

const study = z.strictObject({
  name: z.string().trim().min(1).max(200),
  datasetId,
  runs: plannedRuns,
  placeId,
  submission: submissionSchema,
})

/** Null for all of a study's tasks. */
const numbers = z.array(z.number().int().min(0).max(100_000)).min(1).max(2000).nullable()

export const placeRoutes = {
  'places.list': route<readonly Place[]>()(z.null()),
  /** What a new place has before anything is said of it. */
  'places.defaults': route<PlaceSettings>()(z.null()),
  'places.add': route<Place>()(
    z.strictObject({ name: placeNameSchema, settings: placeSettingsSchema }),
  ),
  'places.change': route<Place>()(
    z.strictObject({ placeId, name: placeNameSchema, settings: placeSettingsSchema }),
  ),
  'places.remove': route<null>()(z.strictObject({ placeId })),
  /** Asks Slurm, and runs a job of seconds on a node, which waits at most so many seconds for its turn. */
  'places.test': route<{
    readonly partitions: readonly Partition[]
    readonly checks: readonly Check[]
  }>()(z.strictObject({ placeId, seconds: z.number().int().min(0).max(3600) })),
  /** What would be sent, without sending anything. */
  'sentStudies.preview': route<{ readonly script: string; readonly data: string }>()(study),
  'sentStudies.send': route<Study>()(study),
  /** How a study was sent, and its tasks; null for one of this machine. */
  'sentStudies.get': route<{
    readonly sent: SentStudy
    readonly tasks: readonly ListedTask[]
  } | null>()(z.strictObject({ studyId })),
  /** The task of a run, with the end of its log; null for a run of this machine. */
  'sentStudies.task': route<Task | null>()(z.strictObject({ runId })),
  /** Looks at its place now; answers what could not be done. */
  'sentStudies.look': route<readonly string[]>()(z.strictObject({ studyId })),
  'sentStudies.act': route<null>()(z.strictObject({ studyId, act: z.enum(taskActs), numbers })),
  /** Sends tasks again that failed, were stopped or cancelled. */
  'sentStudies.retry': route<null>()(z.strictObject({ studyId, numbers })),
  'sentStudies.extend': route<null>()(
    z.strictObject({ studyId, numbers, minutes: z.number().int().min(1).max(1_000_000) }),
  ),
  /** How many tasks run at a time; 0 for as many as Slurm allows. */
  'sentStudies.limit': route<null>()(
    z.strictObject({ studyId, limit: z.number().int().min(0).max(100_000) }),
  ),
}
