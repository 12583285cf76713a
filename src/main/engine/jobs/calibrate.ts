import type { EvaluationSettings } from '../../../shared/config/run-config.ts'
import type { Calibration } from '../../../shared/evaluation/evaluation.ts'
import { combineMaps } from '../../../shared/metrics/stored-maps.ts'
import type { EngineImage } from '../../../shared/processes/engine.ts'
import { loadImages } from '../data/load-images.ts'
import { randomFor } from '../random-streams.ts'
import { scaleRatio, steadyRatio } from '../scoring/heat-map.ts'
import type { ScoredPixels, ScoringMethod } from '../methods/ddad/scorer.ts'

/** Nominal images that a calibration looks at; more change the maxima little. */
const IMAGES = 32

/**
 * Measures nominal training images under an evaluation's settings: the ratio that scales pixel to feature
 * distances (DDAD eq. 9, with these images as the batch) and their scores.
 *
 * @param nominal at least one image; at most 32 are taken
 * @param seed the run's: chooses the images, so that they are the same whatever noise is drawn
 * @throws DdadError CANCELLED when the signal is aborted
 */
export async function calibrate(
  scorer: ScoringMethod,
  nominal: readonly EngineImage[],
  { reconstruction, scoring, noiseSeeds = 1 }: EvaluationSettings,
  seed: number,
  batchSize: number,
  { signal, onSmaller }: { signal: AbortSignal; onSmaller: (images: number) => void },
): Promise<Calibration> {
  const chosen = choose(nominal, seed)
  const scored: ScoredPixels[] = []
  for (let start = 0; start < chosen.length; start += batchSize) {
    const files = chosen.slice(start, start + batchSize).map(({ file }) => file)
    const images = await loadImages(files, scorer.size, signal)
    const { blurSigma } = scoring
    const request = { settings: reconstruction, noiseSeeds, blurSigma, signal, onSmaller }
    scored.push(...(await scorer.score(images, request)))
  }
  const maxima = scored.map((one) => one.maxima)
  const { ratio, range } = steadyRatio(maxima, randomFor(seed, 'calibration'))
  const { pixelWeight, crop } = scoring
  return {
    ratio,
    range,
    maximaRatio: scaleRatio(maxima),
    nominalScores: scored.map(
      ({ maps }) => combineMaps(maps, scorer.size, pixelWeight * ratio, crop).score,
    ),
  }
}

/** A seeded choice without repetition, in the order of the data set. */
function choose(images: readonly EngineImage[], seed: number): EngineImage[] {
  const random = randomFor(seed, 'order')
  const left = images.map((_, index) => index)
  const chosen: number[] = []
  while (chosen.length < Math.min(IMAGES, images.length))
    chosen.push(...left.splice(random.integer(left.length), 1))
  return chosen.sort((a, b) => a - b).map((index) => images[index]!)
}
