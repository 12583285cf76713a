import { Random } from '../random.ts'
import { quantile, type BootstrapOptions, type Interval } from './bootstrap.ts'

/** Scores of the test images of one category under one model; images by id, to pair them. */
export interface ScoredImages {
  readonly images: readonly number[]
  readonly scores: readonly number[]
  readonly anomalous: readonly boolean[]
}

/** How much better one model is than another, with what chance allows. */
export interface Difference extends Interval {
  /** Other minus baseline, in the unit of the figure. */
  readonly value: number
  /** Two-sided: how often a difference this far from zero comes from the choice of images alone. */
  readonly pValue: number
  /** Images that both models have scored. */
  readonly images: number
}

export interface CellStatistics {
  readonly interval: Interval | null
  /** Against the baseline of the same category; null for the baseline itself. */
  readonly difference: Difference | null
}

export interface GridStatistics {
  /** [row][column]; null where a category was not scored. */
  readonly cells: readonly (readonly (CellStatistics | null)[])[]
  /** Of the mean over the categories that both have; null for the baseline. */
  readonly means: readonly (Difference | null)[]
}

/**
 * Image AUROC of a category × model grid: a percentile interval for each cell and, against the baseline
 * column, the paired bootstrap of the difference (Efron & Tibshirani 1993, ch. 16): both models see the same
 * resampled images, so that what is hard for both cancels out. Classes are resampled separately.
 *
 * @param rows [row][column], one row per category.
 */
export function gridStatistics(
  rows: readonly (readonly (ScoredImages | null)[])[],
  baseline: number,
  options: BootstrapOptions,
): GridStatistics {
  const columns = rows[0]?.length ?? 0
  const sums = Array.from({ length: columns }, () => new MeanOfDifferences())
  const cells = rows.map((row, index) =>
    row.map((scored, column): CellStatistics | null => {
      if (!scored) return null
      const [own] = resampledAurocs([scored], { ...options, seed: options.seed + index }) ?? []
      const interval = own ? intervalOf(own.replicates, options.confidence) : null
      const reference = row[baseline]
      if (column === baseline || !reference) return { interval, difference: null }
      const [left, right] = shared(reference, scored)
      const pair = resampledAurocs([left, right], { ...options, seed: options.seed + index })
      if (!pair) return { interval, difference: null }
      const [before, after] = [pair[0]!, pair[1]!]
      const differences = after.replicates.map((value, i) => value - before.replicates[i]!)
      const value = after.value - before.value
      sums[column]!.add(value, differences, left.images.length)
      return {
        interval,
        difference: differenceOf(value, differences, left.images.length, options.confidence),
      }
    }),
  )
  return { cells, means: sums.map((sum) => sum.difference(options.confidence)) }
}

/** Rows are independent, so the mean of their replicates is a replicate of their mean. */
class MeanOfDifferences {
  #values = 0
  #rows = 0
  #images = 0
  #replicates: Float64Array | null = null

  add(value: number, replicates: Float64Array, images: number): void {
    this.#values += value
    this.#rows += 1
    this.#images += images
    const sum = (this.#replicates ??= new Float64Array(replicates.length))
    for (let i = 0; i < sum.length; i++) sum[i] = sum[i]! + replicates[i]!
  }

  difference(confidence: number | undefined): Difference | null {
    if (!this.#replicates) return null
    const means = this.#replicates.map((sum) => sum / this.#rows)
    return differenceOf(this.#values / this.#rows, means, this.#images, confidence)
  }
}

function differenceOf(
  value: number,
  replicates: Float64Array,
  images: number,
  confidence: number | undefined,
): Difference {
  let below = 0
  let above = 0
  for (const replicate of replicates) {
    if (replicate <= 0) below += 1
    if (replicate >= 0) above += 1
  }
  // One is added so that a finite number of resamples never claims certainty (Davison & Hinkley 1997).
  const pValue = Math.min(1, (2 * (Math.min(below, above) + 1)) / (replicates.length + 1))
  return { value, ...intervalOf(replicates, confidence), pValue, images }
}

function intervalOf(replicates: Float64Array, confidence = 0.95): Interval {
  const sorted = replicates.toSorted()
  const tail = (1 - confidence) / 2
  return { low: quantile(sorted, tail), high: quantile(sorted, 1 - tail) }
}

/** Both models' scores of the images that both have, in one order. */
function shared(left: ScoredImages, right: ScoredImages): [ScoredImages, ScoredImages] {
  const places = new Map(right.images.map((image, place) => [image, place]))
  const kept = left.images.flatMap((image, own) => {
    const other = places.get(image)
    return other === undefined ? [] : [{ own, other }]
  })
  const pick = (from: ScoredImages, place: 'own' | 'other'): ScoredImages => ({
    images: kept.map((entry) => from.images[entry[place]]!),
    scores: kept.map((entry) => from.scores[entry[place]]!),
    anomalous: kept.map((entry) => from.anomalous[entry[place]]!),
  })
  return [pick(left, 'own'), pick(right, 'other')]
}

/** AUROC of each model on all images, and on the same resamples of them. Null when a class is absent. */
function resampledAurocs(
  models: readonly ScoredImages[],
  { seed, resamples = 1000 }: BootstrapOptions,
): readonly { value: number; replicates: Float64Array }[] | null {
  const { anomalous } = models[0]!
  const positives = anomalous.flatMap((is, place) => (is ? [place] : []))
  const negatives = anomalous.flatMap((is, place) => (is ? [] : [place]))
  if (positives.length === 0 || negatives.length === 0) return null
  const random = new Random(seed)
  const counts = new Float64Array(anomalous.length).fill(1)
  const ranked = models.map((model) => new WeightedAuroc(model))
  const values = ranked.map((model) => model.of(counts))
  const replicates = ranked.map(() => new Float64Array(resamples))
  for (let round = 0; round < resamples; round++) {
    counts.fill(0)
    for (const places of [positives, negatives]) {
      for (let draw = 0; draw < places.length; draw++) {
        const place = places[random.integer(places.length)]!
        counts[place] = counts[place]! + 1
      }
    }
    ranked.forEach((model, index) => (replicates[index]![round] = model.of(counts)))
  }
  return values.map((value, index) => ({ value, replicates: replicates[index]! }))
}

/** AUROC under integer weights of the images; sorted once, then linear in their number. */
class WeightedAuroc {
  readonly #order: readonly number[]
  readonly #model: ScoredImages

  constructor(model: ScoredImages) {
    this.#model = model
    const { scores } = model
    this.#order = scores.map((_, place) => place).toSorted((a, b) => scores[a]! - scores[b]!)
  }

  /** Mann–Whitney, ties counting half. */
  of(weights: Float64Array): number {
    const { scores, anomalous } = this.#model
    let [below, twicePairs, positives] = [0, 0, 0]
    for (let at = 0; at < this.#order.length;) {
      const score = scores[this.#order[at]!]!
      let [tiedPositives, tiedNegatives] = [0, 0]
      for (; at < this.#order.length && scores[this.#order[at]!] === score; at++) {
        const place = this.#order[at]!
        if (anomalous[place]) tiedPositives += weights[place]!
        else tiedNegatives += weights[place]!
      }
      twicePairs += tiedPositives * (2 * below + tiedNegatives)
      below += tiedNegatives
      positives += tiedPositives
    }
    return twicePairs / (2 * positives * below)
  }
}
