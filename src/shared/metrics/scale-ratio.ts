/** The scale between DDAD's two maps (eq. 9): what pixel distances are multiplied by before v. */
import type { Random } from '../random.ts'
import { percentileInterval, RESAMPLES, type Interval } from './bootstrap.ts'

/** The largest values of both distances of an image, before the blur. */
export interface Maxima {
  readonly feature: number
  readonly pixel: number
}

/**
 * max(f) / max(i) over several images: the factor that brings pixel distances to the scale of feature
 * distances. 0 when no image differs from its reconstruction, where the reference code divides by zero.
 */
export function scaleRatio(images: readonly Maxima[]): number {
  const pixel = Math.max(...images.map((image) => image.pixel))
  return pixel > 0 ? Math.max(...images.map((image) => image.feature)) / pixel : 0
}

/**
 * The scale of pixel to feature distances by many nominal images: mean of the largest feature distances over mean
 * of the largest pixel distances. A single image moves it little, unlike {@link scaleRatio}; the spread is that of
 * resampled images.
 */
export function steadyRatio(
  images: readonly Maxima[],
  random: Random,
): { readonly ratio: number; readonly range: Interval } {
  const ratioOf = (some: readonly Maxima[]): number => {
    const pixel = sumOf(some.map((image) => image.pixel))
    return pixel > 0 ? sumOf(some.map((image) => image.feature)) / pixel : 0
  }
  const ratio = ratioOf(images)
  const replicates = Array.from({ length: RESAMPLES }, () =>
    ratioOf(images.map(() => images[random.integer(images.length)]!)),
  )
  return { ratio, range: percentileInterval(replicates) ?? { low: ratio, high: ratio } }
}

function sumOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0)
}
