import type { MetricRow } from '../domain/evaluation.ts'
import { auPro, regionOverlap, type MaskedMap } from './au-pro.ts'
import { auroc } from './auroc.ts'
import { averagePrecision, f1Max } from './precision-recall.ts'
import { rankScores } from './ranking.ts'
import { referencePixelAuroc, referencePro } from './reference-variants.ts'

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

/**
 * All figures of an evaluation: of the whole category (defect type null), then of each defect type against
 * all nominal images, types in the order of their names.
 */
export function evaluationMetrics(images: readonly ScoredImage[]): MetricRow[] {
  const nominal = images.filter(({ anomalous }) => !anomalous)
  const anomalous = images.filter((image) => image.anomalous)
  const types = [...new Set(anomalous.map(({ defectType }) => defectType))].sort()
  return [
    ...metricsOf(images, null),
    ...types.flatMap((type) => {
      const defective = anomalous.filter(({ defectType }) => defectType === type)
      return metricsOf([...nominal, ...defective], type)
    }),
  ]
}

function metricsOf(images: readonly ScoredImage[], defectType: string | null): MetricRow[] {
  const byImage = rankScores([
    { scores: images.map(({ score }) => score), labels: images.map((i) => Number(i.anomalous)) },
  ])
  const binary: MaskedMap[] = images.map((image) => ({
    ...image,
    mask: image.mask && image.mask.map((coverage) => (coverage > 127 ? 1 : 0)),
  }))
  const byPixel = rankScores(binary.map(({ map, mask }) => ({ scores: map, labels: mask })))
  const overlap = regionOverlap(byPixel, binary)
  const hasRegion = overlap.regions > 0
  const values: Record<MetricRow['name'], number | null> = {
    imageAuroc: auroc(byImage),
    imageAp: averagePrecision(byImage),
    imageF1Max: f1Max(byImage)?.value ?? null,
    pixelAuroc: auroc(byPixel),
    pixelAp: averagePrecision(byPixel),
    pixelF1Max: f1Max(byPixel)?.value ?? null,
    auPro30: auPro(byPixel, overlap, 0.3),
    auPro05: auPro(byPixel, overlap, 0.05),
    referencePixelAuroc: referencePixelAuroc(images),
    referencePro: hasRegion ? referencePro(images) : null,
  }
  return Object.entries(values).map(([name, value]) => ({
    defectType,
    name: name as MetricRow['name'],
    value,
  }))
}
