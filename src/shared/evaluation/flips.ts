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
  /**
   * after − before, each in units of its own threshold: scores of different networks or settings have no common
   * scale.
   */
  readonly change: number
}

/**
 * The images whose decision changes between two settings, largest |Δ score| first. Images that only one side has
 * are left out.
 */
export function flips<Id>(before: DecidedSet<Id>, after: DecidedSet<Id>): Flip<Id>[] {
  const known = new Map(before.scores.map(({ id, score }) => [id, score]))
  const unit = ({ threshold }: DecidedSet<Id>) => Math.abs(threshold) || 1
  const changed = after.scores.flatMap(({ id, anomalous, score }): Flip<Id>[] => {
    const old = known.get(id)
    if (old === undefined) return []
    const called = score >= after.threshold
    if (called === old >= before.threshold) return []
    const change = score / unit(after) - old / unit(before)
    return [{ id, anomalous, better: called === anomalous, before: old, after: score, change }]
  })
  return changed.toSorted((a, b) => Math.abs(b.change) - Math.abs(a.change))
}

/** What an image is called after a flip, in the words of outcomes. */
export function flippedTo({
  anomalous,
  better,
}: Pick<Flip<unknown>, 'anomalous' | 'better'>): 'found' | 'passed' | 'missed' | 'false alarm' {
  if (anomalous) return better ? 'found' : 'missed'
  return better ? 'passed' : 'false alarm'
}
