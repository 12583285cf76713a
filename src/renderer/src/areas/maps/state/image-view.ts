import { NOMINAL, splits } from '../../../../../shared/datasets/dataset.ts'
import { causeNames, verdictNames } from '../../../../../shared/datasets/review.ts'
import type { FilterSet, ImageFilter, ImageView } from '../../../../../shared/ipc/routes/images.ts'
import type { ImageSort } from '../../../../../shared/datasets/image-sorts.ts'
import { formatValue } from '../../../format/numbers.ts'

export const everything: ImageView = { filter: {}, sort: 'name', descending: false }

export const sortNames: Readonly<Record<ImageSort, string>> = {
  name: 'Name',
  score: 'Score',
  'score-change': 'Score change',
  'anomaly-area': 'Anomaly area',
  surprise: 'Most surprising first',
}

export const splitNames = { train: 'Train', validation: 'Validation', test: 'Test' } as const
export const labelNames = { nominal: 'Corrected to good', anomalous: 'Corrected to defective' }
export const maskNames = {
  none: 'No mask needed',
  original: 'Mask of the data set',
  corrected: 'Mask corrected',
  missing: 'Mask missing',
} as const
export const fileNames = {
  ok: 'File as imported',
  changed: 'File changed',
  missing: 'File missing',
  unreadable: 'File unreadable',
  'mask-changed': 'Mask file changed',
  'mask-missing': 'Mask file missing',
} as const

export interface FilterGroup {
  readonly key: FilterSet
  readonly title: string
  readonly options: readonly { readonly value: string; readonly label: string }[]
}

const options = (names: Readonly<Record<string, string>>) =>
  Object.entries(names).map(([value, label]) => ({ value, label }))

/** Everything that can be chosen in the filter menu. */
export function filterGroups(
  defectTypes: readonly string[],
  withValidation: boolean,
): readonly FilterGroup[] {
  const shownSplits = splits.filter((split) => split !== 'validation' || withValidation)
  return [
    {
      key: 'splits',
      title: 'Split',
      options: shownSplits.map((value) => ({ value, label: splitNames[value] })),
    },
    {
      key: 'defectTypes',
      title: 'Defect type',
      options: [NOMINAL, ...defectTypes].map((value) => ({ value, label: value })),
    },
    { key: 'verdicts', title: 'Verdict', options: options(verdictNames) },
    { key: 'labels', title: 'Label', options: options(labelNames) },
    { key: 'maskStatuses', title: 'Mask', options: options(maskNames) },
    { key: 'causes', title: 'Cause', options: options(causeNames) },
    { key: 'fileStates', title: 'Files', options: options(fileNames) },
  ]
}

/** A filter with one value of a set added or taken away; empty sets are left out. */
export function toggled(filter: ImageFilter, key: FilterSet, value: string): ImageFilter {
  const now = (filter[key] ?? []) as readonly string[]
  const then = now.includes(value) ? now.filter((one) => one !== value) : [...now, value]
  return without({ ...filter, [key]: then }, ...(then.length === 0 ? [key] : []))
}

/** A filter without some of its parts. */
export function without(filter: ImageFilter, ...keys: readonly (keyof ImageFilter)[]): ImageFilter {
  const kept = Object.entries(filter).filter(([key]) => !keys.includes(key as keyof ImageFilter))
  return Object.fromEntries(kept) as ImageFilter
}

export interface Chip {
  readonly label: string
  /** The filter without it. */
  readonly rest: ImageFilter
}

/** What a filter asks for beyond the category, one chip for each value. */
export function chipsOf(filter: ImageFilter, groups: readonly FilterGroup[]): readonly Chip[] {
  const sets = groups.flatMap(({ key, options: all }) =>
    ((filter[key] ?? []) as readonly string[]).map((value) => ({
      label: all.find((option) => option.value === value)?.label ?? value,
      rest: toggled(filter, key, value),
    })),
  )
  const { minScore, maxScore, text } = filter
  const ranges: Chip[] = []
  if (minScore !== undefined || maxScore !== undefined) {
    const low = minScore === undefined ? '' : `${formatValue(minScore, 3)} ≤ `
    const high = maxScore === undefined ? '' : ` ≤ ${formatValue(maxScore, 3)}`
    ranges.push({ label: `${low}score${high}`, rest: without(filter, 'minScore', 'maxScore') })
  }
  if (text) ranges.push({ label: `“${text}”`, rest: without(filter, 'text') })
  return [...sets, ...ranges]
}

/** A view with another sort: scores begin with the highest, names with the first. */
export function sortedBy(view: ImageView, sort: ImageSort): ImageView {
  return { ...view, sort, descending: sort !== 'name' }
}
