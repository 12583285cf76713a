/** How a table is sorted. */
export interface Sort<Key extends string> {
  readonly key: Key
  readonly descending: boolean
}

/** The order after a click on a column: the other way round, or largest first on a new column. */
export function toggled<Key extends string>(sort: Sort<Key>, key: Key): Sort<Key> {
  return { key, descending: sort.key === key ? !sort.descending : true }
}

/** A sorted copy; unknown values (null) stay last in both directions and ties keep their order. */
export function sorted<Row, Key extends string>(
  rows: readonly Row[],
  sort: Sort<Key>,
  value: (row: Row, key: Key) => string | number | null,
): Row[] {
  const sign = sort.descending ? -1 : 1
  return rows.toSorted((left, right) => {
    const a = value(left, sort.key)
    const b = value(right, sort.key)
    if (a === null || b === null) return Number(a === null) - Number(b === null)
    if (typeof a === 'number' && typeof b === 'number') return sign * (a - b)
    return sign * String(a).localeCompare(String(b), 'en', { numeric: true })
  })
}
