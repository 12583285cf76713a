/** A scored image as thresholds see it. */
export interface Scored {
  readonly score: number
  readonly anomalous: boolean
  readonly defectType: string
}

/** What images of one truth are called. */
export interface Called {
  readonly total: number
  /** Scores below the threshold. */
  readonly nominal: number
  /** Between the two thresholds. */
  readonly unsure: number
  readonly defective: number
}

export interface Confusion {
  readonly nominal: Called
  readonly defective: Called
}

/**
 * Scores sorted once, so that what a threshold does to thousands of images is found by a few binary searches,
 * and its errors are slices.
 */
export class ScoreTable<Item extends Scored = Scored> {
  /** Highest score first: false alarms are a beginning of it. */
  readonly nominal: readonly Item[]
  /** Lowest score first: missed ones are a beginning of it. */
  readonly defective: readonly Item[]
  readonly types: readonly string[]
  /** Distinct scores, ascending: where anything changes. */
  readonly steps: Float64Array
  readonly #nominal: Float64Array
  readonly #defective: Float64Array
  readonly #byType: ReadonlyMap<string, Float64Array>

  constructor(items: readonly Item[]) {
    this.nominal = items.filter(({ anomalous }) => !anomalous).toSorted((a, b) => b.score - a.score)
    this.defective = items
      .filter(({ anomalous }) => anomalous)
      .toSorted((a, b) => a.score - b.score)
    const ascending = (list: readonly Item[]) =>
      Float64Array.from(list, (item) => item.score).sort()
    this.#nominal = ascending(this.nominal)
    this.#defective = ascending(this.defective)
    this.types = [...new Set(this.defective.map(({ defectType }) => defectType))].sort()
    this.#byType = new Map(
      this.types.map((type) => [
        type,
        ascending(this.defective.filter(({ defectType }) => defectType === type)),
      ]),
    )
    this.steps = Float64Array.from(new Set(items.map(({ score }) => score))).sort()
  }

  /** @param upper Null: no band of unsure images. */
  at(threshold: number, upper: number | null): Confusion {
    return {
      nominal: called(this.#nominal, threshold, upper),
      defective: called(this.#defective, threshold, upper),
    }
  }

  /** What the images of a defect type are called. */
  ofType(type: string, threshold: number, upper: number | null): Called {
    return called(this.#byType.get(type) ?? new Float64Array(0), threshold, upper)
  }

  /** Nominal images called defective, the highest score first. */
  alarms(from: number): readonly Item[] {
    return this.nominal.slice(0, this.nominal.length - countBelow(this.#nominal, from))
  }

  /** Defective images called nominal, the lowest score first. */
  missed(threshold: number): readonly Item[] {
    return this.defective.slice(0, countBelow(this.#defective, threshold))
  }

  /** The threshold `by` distinct scores further; above the highest score nothing is called defective. */
  stepped(threshold: number, by: number): number {
    const { steps } = this
    const last = steps[steps.length - 1]
    if (last === undefined) return threshold
    const at = countBelow(steps, threshold)
    const on = steps[at] === threshold
    const next = at + (by > 0 && !on ? by - 1 : by)
    if (next < 0) return steps[0]!
    const spread = last - steps[0]! || Math.abs(last) || 1
    return steps[next] ?? last + spread * 1e-3
  }
}

function called(sorted: Float64Array, threshold: number, upper: number | null): Called {
  const nominal = countBelow(sorted, threshold)
  const undecided = upper === null ? nominal : Math.max(nominal, countBelow(sorted, upper))
  return {
    total: sorted.length,
    nominal,
    unsure: undecided - nominal,
    defective: sorted.length - undecided,
  }
}

/** How many of ascending numbers lie below a value. */
function countBelow(sorted: Float64Array, value: number): number {
  let first = 0
  let end = sorted.length
  while (first < end) {
    const middle = (first + end) >>> 1
    if (sorted[middle]! < value) first = middle + 1
    else end = middle
  }
  return first
}
