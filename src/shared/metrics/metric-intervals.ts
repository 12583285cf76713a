import type { MetricName, MetricRow } from '../evaluation/evaluation.ts'
import { Random } from '../random.ts'
import { INTERVAL_SEED, intervalAround, RESAMPLES, type Interval } from './bootstrap.ts'
import type { PixelProfiles } from './pixel-profiles.ts'
import {
  ResampledFigures,
  resampledMetrics,
  resampling,
  type ScoredOnce,
} from './resampled-figures.ts'

/**
 * Percentile bootstrap intervals of figures over images. Nominal and anomalous images are resampled
 * separately, so that every resample has both; an image's pixels stay together, as they are not independent.
 * Empty when a class is absent.
 *
 * @param rows The figures themselves.
 * @param profiles Of the same images in the same order; null leaves the figures of pixels out.
 */
export function metricIntervals(
  rows: readonly MetricRow[],
  images: readonly ScoredOnce[],
  profiles: PixelProfiles | null,
  resamples = RESAMPLES,
): Partial<Record<MetricName, Interval>> {
  const anomalous = images.map((image) => image.anomalous)
  const draw = resampling(anomalous, new Random(INTERVAL_SEED))
  if (!draw) return {}
  const figures = new ResampledFigures(images, profiles)
  const counted = figures.of(new Uint32Array(images.length).fill(1), resampledMetrics)
  const rounds = Array.from({ length: resamples }, () => figures.of(draw(), resampledMetrics))
  return Object.fromEntries(
    resampledMetrics.flatMap((name, index) => {
      const value = rows.find((row) => row.name === name)?.value ?? null
      if (value === null) return []
      const replicates = rounds.map((values) => values[index]!)
      const interval = intervalAround(value, counted[index]!, replicates, 0)
      return interval ? [[name, interval]] : []
    }),
  )
}
