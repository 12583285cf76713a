/** A study: these categories × these presets × these seeds, started together. */
import { presetFor, presets } from '../config/presets.ts'
import type { RunConfig } from '../config/run-config.ts'
import type { DatasetLayout } from '../datasets/dataset.ts'
import type { DatasetId, StudyId } from '../core/ids.ts'
import type { TaskCounts } from '../jobs/place.ts'

/** Runs that the window starts as one study; the command line starts as many as it likes. */
export const MOST_PLANNED = 300

/** Name that stands for the published preset of each category, where there is one. */
export const MATCHING = 'matching'

export interface Study {
  readonly id: StudyId
  readonly name: string
  readonly datasetId: DatasetId
  readonly datasetName: string
  readonly createdAt: number
  readonly runs: number
  /** Its runs' jobs by what became of them; open ones wait or run. */
  readonly jobs: {
    readonly all: number
    readonly finished: number
    readonly failed: number
    readonly open: number
    readonly running: number
  }
  /** Where its runs are worked on: null for this machine. */
  readonly place: { readonly name: string; readonly tasks: TaskCounts } | null
}

export interface PlannedRun {
  readonly category: string
  readonly config: RunConfig
}

export interface StudyPlan {
  readonly layout: DatasetLayout
  readonly categories: readonly string[]
  /** Names of presets, or {@link MATCHING}. */
  readonly presets: readonly string[]
  /** Empty takes each preset's own. */
  readonly seeds: readonly number[]
  /** Changes single settings of each configuration. */
  readonly change: (config: RunConfig) => RunConfig
}

/**
 * The runs of a study, in the order in which they are worked on: all categories with the first preset and
 * seed, then with the next seed, so that a study that is cut short has whole rows.
 * @throws {RangeError} for an unknown preset.
 */
export function planStudy(plan: StudyPlan): readonly PlannedRun[] {
  return plan.presets.flatMap((preset) =>
    (plan.seeds.length > 0 ? plan.seeds : [null]).flatMap((seed) =>
      plan.categories.map((category) => {
        const found = preset === MATCHING ? presetFor(plan.layout, category) : presets[preset]
        if (!found) throw new RangeError(`There is no preset ${preset}.`)
        const config = plan.change(found)
        return { category, config: seed === null ? config : { ...config, seed } }
      }),
    ),
  )
}

/** Seeds as typed: whole numbers and ranges, `1, 2, 5-8`. Null for anything else or more than 100. */
export function parseSeeds(text: string): readonly number[] | null {
  const seeds: number[] = []
  for (const part of text.split(/[\s,]+/).filter(Boolean)) {
    const [, first, last] = /^(\d+)(?:-(\d+))?$/.exec(part) ?? []
    if (first === undefined) return null
    const [from, to] = [Number(first), Number(last ?? first)]
    if (to < from || to - from >= 100 || to >= 2 ** 31) return null
    for (let seed = from; seed <= to; seed += 1) seeds.push(seed)
  }
  const distinct = [...new Set(seeds)]
  return distinct.length > 100 ? null : distinct
}
