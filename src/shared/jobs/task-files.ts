/** What the studio and a task on a node tell each other through files on shared scratch. */
import { z } from 'zod'
import { runConfigSchema } from '../config/run-config.ts'
import { datasetLayouts, splits } from '../datasets/dataset.ts'
import { readingSchema } from '../datasets/reading-schema.ts'

const whole = z.number().int().min(0)
const text = z.string().max(20_000)
const hash = z.string().regex(/^[0-9a-f]{64}$/)
const place = z.string().min(1).max(4096)

/** Exit code of a task that was stopped with its work kept, as of a temporary failure in sysexits.h. */
export const STOPPED_EXIT = 75

/** `plan.json`: what is to be done, the same for every task of a study. */
export const taskPlanSchema = z.strictObject({
  format: z.literal('ddad-tasks'),
  version: z.literal(1),
  key: z.string().regex(/^ddad-[\w-]{1,80}$/),
  /** The studio that wrote it. */
  application: z.string().max(100),
  dataset: z.strictObject({
    name: z.string().max(500),
    layout: z.enum(datasetLayouts),
    fingerprint: z.string().max(200),
    /** Stored samples that become black and white, as the workspace has them. */
    samples: z.strictObject({ low: z.number(), high: z.number() }).nullable(),
    /** What was chosen where its folder could be read in several ways. */
    reading: readingSchema.optional(),
    /** Folder on the nodes, or a `.tar` with the folder's content, which each task unpacks. */
    source: place,
  }),
  maps: z.boolean(),
  tasks: z
    .array(
      z.strictObject({
        number: whole,
        name: z.string().max(500),
        category: z.string().max(500),
        config: runConfigSchema,
        /** Name of the file with the category's images. */
        images: z.string().regex(/^category-\d+\.json$/),
      }),
    )
    .max(100_000),
})
export type TaskPlan = Readonly<z.infer<typeof taskPlanSchema>>
export type PlannedTask = TaskPlan['tasks'][number]

/** `category-N.json`: a category's images as the workspace has them, so that no node scans or hashes a data set. */
export const plannedImagesSchema = z.strictObject({
  category: z.strictObject({
    name: z.string().max(500),
    nominalTrain: whole,
    nominalValidation: whole,
    nominalTest: whole,
    defects: z.record(z.string().max(500), whole),
  }),
  images: z.array(
    z.strictObject({
      path: place,
      split: z.enum(splits),
      defectType: z.string().max(500),
      anomalous: z.boolean(),
      width: whole,
      height: whole,
      orientation: whole.min(1).max(8).optional(),
      bytes: whole,
      modifiedAt: z.number(),
      sha256: hash,
      masks: z.array(
        z.strictObject({
          path: place,
          sha256: hash,
          bytes: whole,
          modifiedAt: z.number(),
          orientation: whole.min(1).max(8).optional(),
        }),
      ),
      /** The corrected mask in force; its file is below `masks/`. */
      corrected: z
        .strictObject({
          version: whole,
          file: z.string().regex(/^[\w./-]{1,200}$/),
          sha256: hash,
          author: text,
          reason: text,
          createdAt: z.number(),
        })
        .nullable(),
    }),
  ),
})
export type PlannedImages = Readonly<z.infer<typeof plannedImagesSchema>>

/** `status/N.json`, written whole and renamed into place: how far a task is. */
export const taskStatusSchema = z.object({
  version: z.literal(1),
  key: z.string().max(100),
  task: whole,
  /** From 1: Slurm's restarts so far and this one. */
  attempt: whole,
  slurmJob: whole.nullable(),
  node: z.string().max(300),
  state: z.enum(['running', 'finished', 'stopped', 'failed']),
  phase: z.string().max(40).nullable(),
  /** Steps of the training, done and in all; null before it is known. */
  trained: z.tuple([whole, whole]).nullable(),
  /** Of the phase. */
  done: whole,
  total: whole,
  secondsLeft: z.number().nullable(),
  /** Points of the training's loss, thinned: [step, loss]. */
  loss: z.array(z.tuple([whole, z.number().nullable()])).max(1000),
  error: text.nullable(),
  /** Newest lines of the log. */
  log: z.array(z.string().max(2000)).max(100),
  /** Of a finished task: its archive below `results/`. */
  result: z
    .object({ file: z.string().regex(/^\d{1,9}\.ddadrun$/), bytes: whole, sha256: hash })
    .nullable(),
  /** Milliseconds since 1970 by the node's clock. */
  at: z.number(),
})
export type TaskStatus = Readonly<z.infer<typeof taskStatusSchema>>

/** Status files as they come, one a line; those of another version or only half there are counted, not guessed. */
export function readStatuses(lines: readonly string[]): {
  readonly statuses: readonly TaskStatus[]
  readonly unreadable: number
} {
  const statuses: TaskStatus[] = []
  let unreadable = 0
  for (const line of lines) {
    let value: unknown = null
    try {
      value = JSON.parse(line)
    } catch {
      // Counted below.
    }
    const parsed = taskStatusSchema.safeParse(value)
    if (parsed.success) statuses.push(parsed.data)
    else unreadable += 1
  }
  return { statuses, unreadable }
}

/** At most `limit` points of a curve, evenly spread, with its last one. */
export function thin<Point>(points: readonly Point[], limit: number): readonly Point[] {
  if (points.length <= limit) return points
  const step = (points.length - 1) / (limit - 1)
  return Array.from({ length: limit }, (_, index) => points[Math.round(index * step)]!)
}
