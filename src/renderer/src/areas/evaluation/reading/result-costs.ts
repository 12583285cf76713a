import type { ResultCost } from '../../../../../shared/evaluation/cached-figures.ts'
import type { ImageResult, MetricName } from '../../../../../shared/evaluation/evaluation.ts'
import type { ImageResultId } from '../../../../../shared/core/ids.ts'
import { wrongPairs } from '../../../../../shared/metrics/costs.ts'

/** Whose costs order the images of a figure, as figures of one ranking share them. */
const base = {
  imageAuroc: 'imageAuroc',
  imageAp: 'imageAuroc',
  imageF1Max: 'imageAuroc',
  pixelAuroc: 'pixelAuroc',
  pixelAp: 'pixelAuroc',
  pixelF1Max: 'pixelAuroc',
  referencePixelAuroc: 'pixelAuroc',
  auPro30: 'auPro30',
  auPro05: 'auPro05',
  referencePro: 'auPro30',
} as const satisfies Record<MetricName, MetricName>

export const costsOf = (figure: MetricName) => base[figure]

/** What each image costs the image AUROC of these, 0 … 1; all of them add up to what it lacks. */
export function imageCosts(results: readonly ImageResult[]): ReadonlyMap<ImageResultId, number> {
  const defective = results.filter(({ anomalous }) => anomalous).length
  const pairs = defective * (results.length - defective) || 1
  const wrong = wrongPairs(results)
  return new Map(results.map(({ id }, i) => [id, wrong[i]! / (2 * pairs)]))
}

/** The costs of one pixel figure. */
export function pixelCostsOf(
  costs: readonly ResultCost[],
  figure: 'pixelAuroc' | 'auPro30' | 'auPro05',
): ReadonlyMap<ImageResultId, number> {
  return new Map(costs.map((cost) => [cost.resultId, cost[figure]]))
}
