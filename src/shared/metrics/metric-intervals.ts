import type { MetricName } from '../evaluation/evaluation.ts'
import { Random } from '../random.ts'
import { percentileInterval, type BootstrapOptions, type Interval } from './bootstrap.ts'
import type { PixelProfiles } from './pixel-profiles.ts'
import {
  ResampledFigures,
  resampledMetrics,
  resampling,
  type ScoredOnce,
} from './resampled-figures.ts'

/**
 * Percentile bootstrap intervals of the figures over images. Nominal and anomalous images are resampled
 * separately, so that every resample has both; an image's pixels stay together, as they are not independent.
 * Empty when a class is absent.
 *
 * @param profiles Of the same images in the same order; null leaves the figures of pixels out.
 */
export function metricIntervals(
  images: readonly ScoredOnce[],
  profiles: PixelProfiles | null,
  { seed, resamples = 300, confidence = 0.95 }: BootstrapOptions,
): Partial<Record<MetricName, Interval>> {
  const draw = resampling(
    images.map(({ anomalous }) => anomalous),
    new Random(seed),
  )
  if (!draw) return {}
  const figures = new ResampledFigures(images, profiles)
  const rounds = Array.from({ length: resamples }, () => figures.of(draw(), resampledMetrics))
  return Object.fromEntries(
    resampledMetrics.flatMap((name, index) => {
      const replicates = rounds.map((values) => values[index]!)
      const interval = percentileInterval(replicates, confidence)
      return interval ? [[name, interval]] : []
    }),
  )
}
