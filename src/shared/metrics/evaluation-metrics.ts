import { metricNames, type MetricName, type MetricRow } from '../domain/evaluation.ts'
import { auPro } from './au-pro.ts'
import { auroc } from './auroc.ts'
import { metricIntervals } from './metric-intervals.ts'
import { PixelTally, type PixelScope } from './pixel-tally.ts'
import { averagePrecision, f1Max } from './precision-recall.ts'
import { rankScores } from './ranking.ts'
import { referencePro } from './reference-variants.ts'

/** A scored test image. */
export interface ScoredImage {
  readonly score: number
  readonly anomalous: boolean
  readonly defectType: string
  readonly width: number
  readonly height: number
  /** Combined map in row order. */
  readonly map: Float32Array
  /**
   * How much of each pixel a defect covers, 0 … 255, of the map's size; above 127 the pixel is defective.
   * Null: nominal everywhere.
   */
  readonly mask: Uint8Array | null
}

export interface MetricOptions {
  /** The category (null) and defect types to compute, all by default. */
  readonly scopes?: readonly (string | null)[] | undefined
  /** Computes intervals too, with this seed. */
  readonly intervalSeed?: number | undefined
}

/** The group of images without a defect; no defect type has an empty name. */
const NOMINAL = ''

/** The whole category (null), then its defect types in the order of their names. */
function metricScopes(
  images: readonly Pick<ScoredImage, 'anomalous' | 'defectType'>[],
): (string | null)[] {
  const types = images.filter(({ anomalous }) => anomalous).map(({ defectType }) => defectType)
  return [null, ...[...new Set(types)].sort()]
}

/**
 * All figures of an evaluation: of the whole category (defect type null) and of each defect type against all
 * nominal images. Every pixel is looked at once, whatever the number of scopes.
 *
 * After a change of one image's mask the scopes of the category and of the image's type are enough.
 */
export function evaluationMetrics(
  images: readonly ScoredImage[],
  { scopes = metricScopes(images), intervalSeed }: MetricOptions = {},
): MetricRow[] {
  const groupOf = ({ anomalous, defectType }: ScoredImage) => (anomalous ? defectType : NOMINAL)
  const tally = new PixelTally(images, (index) => groupOf(images[index]!))
  const all = [...new Set(images.map(groupOf))]
  return scopes.flatMap((defectType) => {
    const groups = defectType === null ? all : [NOMINAL, defectType]
    const own = images.filter((image) => groups.includes(groupOf(image)))
    const rows = metricsOf(own, tally.scope(groups), defectType)
    if (intervalSeed === undefined) return rows
    const intervals = metricIntervals(own, { seed: intervalSeed })
    return rows.map((row): MetricRow => {
      const interval = row.value === null ? undefined : intervals[row.name]
      return interval ? { ...row, interval } : row
    })
  })
}

function metricsOf(
  images: readonly ScoredImage[],
  { ranking: byPixel, touched, overlap }: PixelScope,
  defectType: string | null,
): MetricRow[] {
  const byImage = rankScores([
    { scores: images.map(({ score }) => score), labels: images.map((i) => Number(i.anomalous)) },
  ])
  const values: Record<MetricName, number | null> = {
    imageAuroc: auroc(byImage),
    imageAp: averagePrecision(byImage),
    imageF1Max: f1Max(byImage)?.value ?? null,
    pixelAuroc: auroc(byPixel),
    pixelAp: averagePrecision(byPixel),
    pixelF1Max: f1Max(byPixel)?.value ?? null,
    auPro30: auPro(byPixel, overlap, 0.3),
    auPro05: auPro(byPixel, overlap, 0.05),
    referencePixelAuroc: auroc(touched),
    referencePro: overlap.regions > 0 ? referencePro(images) : null,
  }
  return metricNames.map((name) => ({ defectType, name, value: values[name] }))
}
