/** Items by a key of theirs; of several with the same key the last. */
export function indexBy<Key, Item>(
  items: readonly Item[] | null,
  keyOf: (item: Item) => Key,
): ReadonlyMap<Key, Item> {
  return new Map(items?.map((item) => [keyOf(item), item]))
}
