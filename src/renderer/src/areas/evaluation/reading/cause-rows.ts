import {
  causeNames,
  causes,
  type Cause,
  type ReviewCount,
} from '../../../../../shared/datasets/review.ts'

/** What the bars of a chart of causes are. */
export type CauseGrouping = 'category' | 'type' | 'cause'

/** One part of a bar: the images of a category, perhaps of one type, with a cause. */
export interface CausePart {
  readonly category: string | null
  readonly defectType: string | null
  readonly cause: Cause
}

export interface CauseBars {
  readonly names: readonly string[]
  readonly series: readonly {
    readonly name: string
    readonly counts: readonly number[]
  }[]
  /** What a part of a bar stands for. */
  readonly partAt: (bar: number, series: number) => CausePart | null
}

/**
 * Counts of causes as stacked bars: by category or by category and type with a colour per cause, or by cause with a
 * colour per category. What has most images comes first.
 */
export function causeBars(
  counts: readonly ReviewCount<Cause>[],
  grouping: CauseGrouping,
): CauseBars {
  const barOf = ({ category, defectType, value }: ReviewCount<Cause>): string =>
    grouping === 'category'
      ? category
      : grouping === 'type'
        ? `${category} · ${defectType}`
        : causeNames[value]
  const seriesOf = ({ category, value }: ReviewCount<Cause>): string =>
    grouping === 'cause' ? category : causeNames[value]
  const groups = Map.groupBy(counts, barOf)
  const total = (own: readonly ReviewCount<Cause>[]): number =>
    own.reduce((sum, { count }) => sum + count, 0)
  const names = [...groups.keys()].toSorted((a, b) => total(groups.get(b)!) - total(groups.get(a)!))
  const order =
    grouping === 'cause'
      ? [...new Set(counts.map(({ category }) => category))].toSorted()
      : causes.map((cause) => causeNames[cause])
  const present = new Set(counts.map(seriesOf))
  const shown = order.filter((name) => present.has(name))
  const of = (bar: string, series: string) =>
    groups.get(bar)!.filter((count) => seriesOf(count) === series)
  return {
    names,
    series: shown.map((name) => ({ name, counts: names.map((bar) => total(of(bar, name))) })),
    partAt: (bar, series) => {
      const [first] = of(names[bar] ?? '', shown[series] ?? '')
      if (!first) return null
      const { category, defectType, value: cause } = first
      return { category, defectType: grouping === 'type' ? defectType : null, cause }
    },
  }
}
