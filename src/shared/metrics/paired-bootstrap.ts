import { Random } from '../random.ts'
import { including, percentileInterval, type BootstrapOptions, type Interval } from './bootstrap.ts'
import type { PixelProfiles } from './pixel-profiles.ts'
import { ResampledFigures, resampling, type ResampledMetric } from './resampled-figures.ts'

/** The test images of one category under one model; images by id, to pair them. */
export interface ScoredImages {
  readonly images: readonly number[]
  readonly scores: readonly number[]
  readonly anomalous: readonly boolean[]
}

/** With pixels, in the order of the images; null leaves the figures of pixels without statistics. */
export interface ProfiledImages extends ScoredImages {
  readonly profiles: PixelProfiles | null
  /** The figures themselves, where they are known: bins are for resampling alone. */
  readonly figures: ByMetric<number | null>
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

export type ByMetric<Value> = Readonly<Partial<Record<ResampledMetric, Value>>>

export interface CellStatistics {
  /** Against the baseline of the same category; empty for the baseline itself. */
  readonly differences: ByMetric<Difference>
}

/** Replicates of the differences to a baseline, by column. */
type Replicates = ByMetric<Pick<Difference, 'value' | 'images'> & { readonly rounds: number[] }>

export interface RowStatistics {
  /** By column; null where the category was not scored. */
  readonly cells: readonly (CellStatistics | null)[]
  readonly replicates: readonly Replicates[]
}

interface Options extends BootstrapOptions {
  readonly metrics: readonly ResampledMetric[]
}

/**
 * A category under several models: against the baseline column, the paired bootstrap of the difference of each
 * figure (Efron & Tibshirani 1993, ch. 16): both models see the same resampled
 * images, so that what is hard for both cancels out. Classes are resampled separately and an image's pixels
 * stay together.
 *
 * @param row By column.
 */
export function rowStatistics(
  row: readonly (ProfiledImages | null)[],
  baseline: number,
  options: Options,
): RowStatistics {
  const models = row.map((images) => images && new Model(images))
  const reference = models[baseline]
  const own = models.map((model) => model && resample([model], model.ids, options)?.[0])
  const replicates = models.map((model, column): Replicates => {
    if (!model || !reference || column === baseline) return {}
    const ids = reference.ids.filter((id) => model.placeOf.has(id))
    const whole = ids.length === model.ids.length && ids.length === reference.ids.length
    // The same images give the same draws, so what was drawn for each alone is a pair.
    const pair = whole ? [own[baseline], own[column]] : resample([reference, model], ids, options)
    const [before, after] = pair ?? []
    if (!before || !after) return {}
    return byMetric(options.metrics, (metric) => {
      const known = whole ? model.exact(metric) - reference.exact(metric) : NaN
      const counted = after.values[metric]! - before.values[metric]!
      const value = Number.isFinite(known) ? known : counted
      const others = before.rounds[metric]!
      // What the bins change in the difference itself, they change in each replicate.
      const off = Number.isFinite(value - counted) ? value - counted : 0
      const rounds = after.rounds[metric]!.map((replicate, i) => replicate - others[i]! + off)
      return Number.isFinite(value) ? { value, rounds, images: ids.length } : null
    })
  })
  const cells = models.map(
    (model, column) => model && { differences: differencesOf(replicates[column]!, options) },
  )
  return { cells, replicates }
}

/**
 * The differences of means over rows, by column. Rows are independent, so the mean of their replicates is a
 * replicate of their mean.
 */
export function meanDifferences(
  rows: readonly RowStatistics[],
  options: Options,
): ByMetric<Difference>[] {
  const columns = rows[0]?.cells.length ?? 0
  return Array.from({ length: columns }, (_, column) => {
    const means = byMetric(options.metrics, (metric) => {
      const own = rows.flatMap(({ replicates }) => replicates[column]?.[metric] ?? [])
      const [first] = own
      if (!first) return null
      const mean = (read: (row: (typeof own)[number]) => number) =>
        own.reduce((sum, row) => sum + read(row), 0) / own.length
      const rounds = first.rounds.map((_, round) => mean((row) => row.rounds[round]!))
      const images = own.reduce((sum, row) => sum + row.images, 0)
      return { value: mean(({ value }) => value), rounds, images }
    })
    return differencesOf(means, options)
  })
}

function differencesOf(replicates: Replicates, { metrics, confidence }: Options) {
  return byMetric(metrics, (metric): Difference | null => {
    const { value, rounds, images } = replicates[metric] ?? { value: NaN, rounds: [], images: 0 }
    const interval = percentileInterval(rounds, confidence)
    if (!interval) return null
    const finite = rounds.filter(Number.isFinite)
    const below = finite.filter((replicate) => replicate <= 0).length
    const above = finite.filter((replicate) => replicate >= 0).length
    // One is added so that a finite number of resamples never claims certainty (Davison & Hinkley 1997).
    const pValue = Math.min(1, (2 * (Math.min(below, above) + 1)) / (finite.length + 1))
    return { value, ...including(interval, value), pValue, images }
  })
}

/** A model's images in the order of their ids, whatever order they came in. */
class Model {
  readonly ids: readonly number[]
  readonly placeOf: ReadonlyMap<number, number>
  readonly #images: ProfiledImages
  readonly #figures: ResampledFigures

  constructor(images: ProfiledImages) {
    this.#images = images
    this.ids = images.images.toSorted((a, b) => a - b)
    this.placeOf = new Map(images.images.map((id, place) => [id, place]))
    const scored = images.scores.map((score, i) => ({ score, anomalous: images.anomalous[i]! }))
    this.#figures = new ResampledFigures(scored, images.profiles)
  }

  isAnomalous(id: number): boolean {
    return this.#images.anomalous[this.placeOf.get(id)!]!
  }

  exact(metric: ResampledMetric): number {
    return this.#images.figures[metric] ?? NaN
  }

  /** @param weights In the order of the ids given, which may be some of the images. */
  of(ids: readonly number[], weights: Uint32Array, metrics: readonly ResampledMetric[]): number[] {
    const placed = new Uint32Array(this.ids.length)
    for (const [i, id] of ids.entries()) placed[this.placeOf.get(id)!] = weights[i]!
    return this.#figures.of(placed, metrics)
  }
}

/** Figures of each model on all of the images, and on the same resamples of them. Null when a class is absent. */
function resample(
  models: readonly Model[],
  ids: readonly number[],
  { seed, resamples = 1000, metrics }: Options,
) {
  const anomalous = ids.map((id) => models[0]!.isAnomalous(id))
  const draw = resampling(anomalous, new Random(seed))
  if (!draw) return null
  const all = new Uint32Array(ids.length).fill(1)
  const drawn = Array.from({ length: resamples }, draw)
  return models.map((model) => {
    const values = model.of(ids, all, metrics)
    const rounds = drawn.map((weights) => model.of(ids, weights, metrics))
    return {
      values: byMetric(metrics, (_, i) => values[i]!),
      rounds: byMetric(metrics, (_, i) => rounds.map((round) => round[i]!)),
    }
  })
}

/** A value for each metric that has one. */
function byMetric<Value>(
  metrics: readonly ResampledMetric[],
  read: (metric: ResampledMetric, index: number) => Value | null,
): ByMetric<Value> {
  const entries = metrics.flatMap((metric, index) => {
    const value = read(metric, index)
    return value === null ? [] : [[metric, value] as const]
  })
  return Object.fromEntries(entries) as ByMetric<Value>
}
