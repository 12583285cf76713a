import { outcomes, type Outcome } from './threshold.ts'

/** Outcomes that a figure is about together. */
const groups = {
  'called defective': ['found', 'false alarm'],
  'called nominal': ['passed', 'missed'],
  right: ['found', 'passed'],
  wrong: ['missed', 'false alarm'],
  'defective or called so': ['found', 'missed', 'false alarm'],
} as const satisfies Record<string, readonly Outcome[]>
type Group = keyof typeof groups

/** Which results are shown; empty for all. */
export type OutcomeFilter = Outcome | Group | 'all defective' | 'all nominal' | ''

export const outcomeFilters: readonly Exclude<OutcomeFilter, ''>[] = [
  ...outcomes,
  ...(Object.keys(groups) as Group[]),
  'all defective',
  'all nominal',
]

/** Whether a result with an outcome is shown. */
export function passesOutcome(
  filter: OutcomeFilter,
  { anomalous }: { readonly anomalous: boolean },
  outcome: Outcome,
): boolean {
  if (filter === '') return true
  if (filter === 'all defective') return anomalous
  if (filter === 'all nominal') return !anomalous
  if (filter in groups) return (groups[filter as Group] as readonly Outcome[]).includes(outcome)
  return filter === outcome
}
