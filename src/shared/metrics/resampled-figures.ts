import type { MetricName } from '../evaluation/evaluation.ts'
import type { Random } from '../random.ts'
import { auPro } from './au-pro.ts'
import { auroc } from './auroc.ts'
import { lowerBound } from './placement.ts'
import type { PixelProfiles } from './pixel-profiles.ts'
import { averagePrecision, f1Max } from './precision-recall.ts'
import { rankingOf, rankScores, type Ranking } from './ranking.ts'

const ofImages = {
  imageAuroc: auroc,
  imageAp: averagePrecision,
  imageF1Max: (ranking: Ranking) => f1Max(ranking)?.value ?? null,
}

type Pixels = ReturnType<PixelProfiles['weighted']>
const ofPixels = {
  pixelAuroc: ({ ranking }: Pixels) => auroc(ranking),
  pixelAp: ({ ranking }: Pixels) => averagePrecision(ranking),
  pixelF1Max: ({ ranking }: Pixels) => f1Max(ranking)?.value ?? null,
  auPro30: ({ ranking, overlap }: Pixels) => auPro(ranking, overlap, 0.3),
  auPro05: ({ ranking, overlap }: Pixels) => auPro(ranking, overlap, 0.05),
}

/** The figures that can be resampled. */
export type ResampledMetric = (keyof typeof ofImages | keyof typeof ofPixels) & MetricName
export const resampledMetrics = [
  ...Object.keys(ofImages),
  ...Object.keys(ofPixels),
] as readonly ResampledMetric[]

/** An image by its score. */
export interface ScoredOnce {
  readonly score: number
  readonly anomalous: boolean
}

/** Figures of an evaluation under integer weights of its images; ranked and counted once. */
export class ResampledFigures {
  readonly #images: readonly ScoredOnce[]
  readonly #profiles: PixelProfiles | null
  readonly #rungs: Float64Array
  /** The first rung at or above each image's score. */
  readonly #places: readonly number[]

  /** @param profiles Of the same images in the same order; null leaves the figures of pixels undefined. */
  constructor(images: readonly ScoredOnce[], profiles: PixelProfiles | null) {
    this.#images = images
    this.#profiles = profiles
    const scores = images.map(({ score }) => score)
    const labels = images.map(({ anomalous }) => Number(anomalous))
    this.#rungs = rankScores([{ scores, labels }]).rungs
    this.#places = scores.map((score) => lowerBound(this.#rungs, score))
  }

  /** NaN where a figure is undefined. @param weights How often each image is drawn. */
  of(weights: Uint32Array, names: readonly ResampledMetric[]): number[] {
    const image = this.#weighted(weights)
    const wanted = names.some((name) => name in ofPixels)
    const pixels = wanted && this.#profiles ? this.#profiles.weighted(weights) : null
    return names.map((name) => {
      if (name in ofImages) return ofImages[name as keyof typeof ofImages](image) ?? NaN
      return (pixels && ofPixels[name as keyof typeof ofPixels](pixels)) ?? NaN
    })
  }

  #weighted(weights: Uint32Array): Ranking {
    const rungs = this.#rungs
    const positives = new Float64Array(rungs.length)
    const negativesAt = new Float64Array(rungs.length)
    const negativesBelow = new Float64Array(rungs.length + 1)
    for (const [index, { anomalous, score }] of this.#images.entries()) {
      const place = this.#places[index]!
      const weight = weights[index]!
      if (anomalous) positives[place]! += weight
      else if (rungs[place] === score) negativesAt[place]! += weight
      else negativesBelow[place]! += weight
    }
    return rankingOf(rungs, positives, negativesAt, negativesBelow)
  }
}

/**
 * Draws images with replacement, nominal and anomalous ones separately, so that every resample has both.
 *
 * @returns What draws how often each image occurs; null when a class is absent.
 */
export function resampling(anomalous: readonly boolean[], random: Random) {
  const strata = [false, true].map((wanted) =>
    anomalous.flatMap((is, place) => (is === wanted ? [place] : [])),
  )
  if (strata.some(({ length }) => length === 0)) return null
  return (): Uint32Array => {
    const weights = new Uint32Array(anomalous.length)
    for (const places of strata) {
      for (let draw = 0; draw < places.length; draw++) {
        weights[places[random.integer(places.length)]!]! += 1
      }
    }
    return weights
  }
}
