/** Figures of an evaluation from its stored maps, for settings that need no network. */
import {
  separationMetrics,
  type DistanceRow,
  type PixelCurve,
  type Separation,
} from '../../../shared/evaluation/cached-figures.ts'
import type { MetricRow } from '../../../shared/evaluation/evaluation.ts'
import { envelopeOf, type Envelope } from '../../../shared/metrics/envelope.ts'
import { EvaluationTally } from '../../../shared/metrics/evaluation-metrics.ts'
import {
  PixelCensus,
  withKnownPixels,
  type PixelScope,
} from '../../../shared/metrics/pixel-census.ts'
import { frameWidth } from '../../../shared/metrics/stored-maps.ts'
import type { StoredImage, StoredScoring } from '../../../shared/processes/background.ts'
import { loadMaps, loadScoredImage, type LoadOptions } from '../../decode/stored-results.ts'
import type { TallyOptions } from './tally-cache.ts'

/** Points of a pixel curve. */
const POINTS = 512

/** @throws DdadError as tallyOfStored does. */
export async function envelopesOf(
  results: readonly StoredImage[],
  crop: boolean,
  { cache, onProgress }: LoadOptions,
): Promise<Envelope[]> {
  const envelopes: Envelope[] = []
  for (const { maps: file } of results) {
    const { size, maps } = await loadMaps(file, cache)
    envelopes.push(envelopeOf(maps, size, frameWidth(size, crop)))
    onProgress?.(envelopes.length, results.length)
  }
  return envelopes
}

/**
 * How well each distance separates alone, by defect type.
 *
 * @throws DdadError as tallyOfStored does.
 */
export async function distancesOf(
  results: readonly StoredImage[],
  crop: boolean,
  options: LoadOptions,
): Promise<DistanceRow[]> {
  const [feature, pixel] = [new EvaluationTally(), new EvaluationTally()]
  for (const [index, result] of results.entries()) {
    const image = await loadScoredImage(result, { pixelWeight: 0, crop }, options.cache)
    const { size, maps } = await loadMaps(result.maps, options.cache)
    feature.add(image)
    pixel.add({ ...image, ...pixelDistance(maps, size, frameWidth(size, crop)) })
    options.onProgress?.(index + 1, results.length)
  }
  const alone = [feature.metrics(), pixel.metrics()] as const
  const types = [...new Set(alone[0].map(({ defectType }) => defectType))]
  return types.map((defectType) => ({
    defectType,
    feature: separation(alone[0], defectType),
    pixel: separation(alone[1], defectType),
  }))
}

function pixelDistance(maps: Float32Array, size: number, frame: number) {
  const side = size - 2 * frame
  const map = new Float32Array(side * side)
  for (let y = 0; y < side; y++) {
    const from = size * size + (y + frame) * size + frame
    map.set(maps.subarray(from, from + side), y * side)
  }
  return { map, score: map.reduce((most, value) => Math.max(most, value), -Infinity) }
}

function separation(rows: readonly MetricRow[], defectType: string | null): Separation {
  const value = (name: MetricRow['name']) =>
    rows.find((row) => row.name === name && row.defectType === defectType)?.value ?? null
  const [imageAuroc, pixelAuroc, auPro30] = separationMetrics.map(value)
  return {
    imageAuroc: imageAuroc ?? null,
    pixelAuroc: pixelAuroc ?? null,
    auPro30: auPro30 ?? null,
  }
}

/**
 * @param places Of the results that count; null: all.
 * @throws DdadError as tallyOfStored does.
 */
export async function pixelCurveOf(
  results: readonly StoredImage[],
  scoring: StoredScoring,
  places: readonly number[] | null,
  options: TallyOptions,
): Promise<PixelCurve> {
  return options.tallies.use(results, scoring, options, (tally) => {
    if (places === null) return curveOf(tally.pixels(null))
    const images = tally.images(null)
    const part = withKnownPixels(places.map((place) => images[place]!))
    return curveOf(new PixelCensus(part).scope([...new Set(part.map(({ group }) => group))]))
  })
}

function curveOf({ ranking, overlap }: PixelScope): PixelCurve {
  const { rungs, positivesAt, negativesAt, negativesBelow, positives, negatives } = ranking
  const curve = {
    thresholds: [] as number[],
    truePositives: [] as number[],
    falsePositives: [] as number[],
    regionOverlap: [] as number[],
  }
  const stride = Math.max(1, Math.ceil(rungs.length / POINTS))
  let [found, alarms, gained] = [0, 0, 0]
  for (let i = rungs.length - 1; i >= 0; i--) {
    found += positivesAt[i]!
    alarms += negativesBelow[i + 1]! + negativesAt[i]!
    gained += overlap.gains[i]!
    if ((rungs.length - 1 - i) % stride !== 0 && i !== 0) continue
    curve.thresholds.push(rungs[i]!)
    curve.truePositives.push(found)
    curve.falsePositives.push(alarms)
    curve.regionOverlap.push(overlap.regions === 0 ? 0 : gained / overlap.regions)
  }
  return { ...curve, positives, negatives }
}
