import type { ResultCost } from '../../../../shared/domain/cached-figures.ts'
import type { ImageResult, MetricName } from '../../../../shared/domain/evaluation.ts'
import type { EvaluationId, ImageResultId } from '../../../../shared/domain/ids.ts'
import { wrongPairs } from '../../../../shared/metrics/costs.ts'
import { request } from '../api/client.ts'
import { Remote } from './remote.svelte.ts'

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

/** What each image costs a figure of a finished evaluation. */
export class FigureCosts {
  readonly #pixels = new Remote<readonly ResultCost[]>()
  readonly loading = $derived.by(() => this.#pixels.loading)
  readonly error = $derived.by(() => this.#pixels.error)
  #key = ''

  /** Asks for what pixel figures need. */
  open(evaluationId: EvaluationId, figure: MetricName, defectType: string | null): void {
    const key = `${evaluationId} ${defectType}`
    if (costsOf(figure) === 'imageAuroc' || key === this.#key) return
    this.#key = key
    this.#pixels.clear()
    void this.#pixels.load(() => request('evaluations.pixelCosts', { evaluationId, defectType }))
  }

  /** By result, 0 … 1, so that all of them add up to what {@link costsOf} lacks; null: not known yet. */
  of(
    figure: MetricName,
    results: readonly ImageResult[],
  ): ReadonlyMap<ImageResultId, number> | null {
    const from = costsOf(figure)
    if (from !== 'imageAuroc') {
      const costs = this.#pixels.value
      return costs && new Map(costs.map((cost) => [cost.resultId, cost[from]]))
    }
    const defective = results.filter(({ anomalous }) => anomalous).length
    const pairs = defective * (results.length - defective) || 1
    const wrong = wrongPairs(results)
    return new Map(results.map(({ id }, i) => [id, wrong[i]! / (2 * pairs)]))
  }
}
