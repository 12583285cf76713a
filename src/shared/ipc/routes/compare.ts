import { z } from 'zod'
import type { Comparison } from '../../evaluation/comparison.ts'
import type { RunId } from '../../core/ids.ts'
import type { MetricPoint } from '../../runs/run.ts'
import { runId } from '../ids.ts'
import { route } from '../route.ts'

/** A whole study: ten columns of every category. */
const chosenRuns = z.array(runId).min(2).max(300)

export const compareRoutes = {
  /** Figures by category and column, with intervals and differences against a baseline column. */
  'compare.grid': route<Comparison>()(
    z.strictObject({
      runIds: chosenRuns,
      baseline: z.number().int().min(0).max(299),
      /** Figures of pixels too, for which every map is read once. */
      pixels: z.boolean(),
    }),
  ),
  /** One curve of several runs, each thinned to at most `limit` points. */
  'compare.curves': route<readonly { runId: RunId; points: readonly MetricPoint[] }[]>()(
    z.strictObject({
      runIds: z.array(runId).min(1).max(10),
      name: z.string().max(100),
      limit: z.number().int().min(2).max(20_000),
    }),
  ),
  /** Names of the curves that any of the runs has. */
  'compare.curveNames': route<readonly string[]>()(
    z.strictObject({ runIds: z.array(runId).min(1).max(10) }),
  ),
}
