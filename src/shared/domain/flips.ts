/** The decision about one image under some setting. */
export interface Decided<Id> {
  readonly id: Id
  readonly anomalous: boolean
  readonly score: number
}

/** Scores of the same images under one setting, with the threshold that goes with it. */
export interface DecidedSet<Id> {
  readonly scores: readonly Decided<Id>[]
  /** An image is called anomalous when its score is at least this. */
  readonly threshold: number
}

/** An image that is decided differently under two settings. */
export interface Flip<Id> {
  readonly id: Id
  readonly anomalous: boolean
  /** Whether the decision was wrong and is right now, or the other way round. */
  readonly better: boolean
  readonly before: number
  readonly after: number
  /** Signed distance to the threshold after the change, in units of that threshold. */
  readonly margin: number
}

/**
 * The images whose decision changes between two settings: those that get worse first, then by how far they are
 * beyond the new threshold. Images that only one side has are left out.
 */
export function flips<Id>(before: DecidedSet<Id>, after: DecidedSet<Id>): Flip<Id>[] {
  const known = new Map(before.scores.map(({ id, score }) => [id, score]))
  const changed = after.scores.flatMap(({ id, anomalous, score }): Flip<Id>[] => {
    const old = known.get(id)
    if (old === undefined) return []
    const called = score >= after.threshold
    if (called === old >= before.threshold) return []
    const margin = (score - after.threshold) / (Math.abs(after.threshold) || 1)
    return [{ id, anomalous, better: called === anomalous, before: old, after: score, margin }]
  })
  return changed.toSorted(
    (a, b) => Number(a.better) - Number(b.better) || Math.abs(b.margin) - Math.abs(a.margin),
  )
}
