/** Which runs the table shows and how it groups them. */
import { jobStates, type JobState, type Run } from '../../../../../../shared/runs/run.ts'
import { parseQuery } from './run-query.ts'

export interface RunFilter {
  /** Words that must all occur in name, category, data set, preset, tags or note, and conditions on columns. */
  readonly text: string
  readonly state: JobState | 'all'
  readonly tag: string
  readonly favourites: boolean
  readonly archived: boolean
}

export const noFilter: RunFilter = {
  text: '',
  state: 'all',
  tag: '',
  favourites: false,
  archived: false,
}

export const groupings = ['none', 'category', 'dataset', 'preset', 'study', 'state'] as const
export type Grouping = (typeof groupings)[number]

/** The runs that a filter lets through. Archived ones are only shown when asked for. */
export function filterRuns(runs: readonly Run[], filter: RunFilter): readonly Run[] {
  const { words, tests } = parseQuery(filter.text)
  return runs.filter((run) => {
    if (run.archived && !filter.archived) return false
    if (filter.favourites && !run.favourite) return false
    if (filter.state !== 'all' && run.state !== filter.state) return false
    if (filter.tag && !run.tags.includes(filter.tag)) return false
    if (!tests.every((test) => test(run))) return false
    if (words.length === 0) return true
    const { name, category, datasetName, config, tags, note } = run
    const text = [name, category, datasetName, config.preset, ...tags, note].join(' ').toLowerCase()
    return words.every((word) => text.includes(word))
  })
}

export interface RunGroup {
  readonly title: string
  readonly runs: readonly Run[]
}

/** Runs in groups by title, each in the given order; one group without a title for no grouping. */
export function groupRuns(
  runs: readonly Run[],
  by: Grouping,
  studyName: (run: Run) => string,
): readonly RunGroup[] {
  if (by === 'none') return [{ title: '', runs }]
  const title = (run: Run): string => {
    if (by === 'category') return run.category
    if (by === 'dataset') return run.datasetName
    if (by === 'preset') return run.config.preset
    if (by === 'state') return run.state
    return studyName(run)
  }
  const groups = Map.groupBy(runs, title)
  const order = (text: string) => (by === 'state' ? jobStates.indexOf(text as JobState) : 0)
  return [...groups]
    .map(([name, members]) => ({ title: name, runs: members }))
    .toSorted(
      (left, right) =>
        order(left.title) - order(right.title) ||
        left.title.localeCompare(right.title, 'en', { numeric: true }),
    )
}

/** Every tag in use, in alphabetical order. */
export function tagsOf(runs: readonly Run[]): readonly string[] {
  return [...new Set(runs.flatMap(({ tags }) => tags))].toSorted((a, b) => a.localeCompare(b))
}
