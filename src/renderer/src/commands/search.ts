/**
 * Actions whose label holds every word of the query, those that start with it first.
 * @param label What is searched in an entry.
 */
export function search<Entry>(
  entries: readonly Entry[],
  query: string,
  label: (entry: Entry) => string,
): Entry[] {
  const text = query.trim().toLowerCase()
  if (!text) return [...entries]
  const words = text.split(/\s+/)
  const found = entries.filter((entry) => {
    const name = label(entry).toLowerCase()
    return words.every((word) => name.includes(word))
  })
  const rank = (entry: Entry): number => (label(entry).toLowerCase().startsWith(text) ? 0 : 1)
  return found.toSorted((a, b) => rank(a) - rank(b))
}
