import type { ResultCost } from '../../../../../shared/evaluation/cached-figures.ts'
import type { ImageResult, MetricName } from '../../../../../shared/evaluation/evaluation.ts'
import type { EvaluationId, ImageResultId } from '../../../../../shared/core/ids.ts'
import { request } from '../../../api/client.ts'
import { costsOf, imageCosts, pixelCostsOf } from '../reading/result-costs.ts'
import { Remote } from '../../core/state/remote.svelte.ts'

/** What each image costs a figure of a finished evaluation. */
export class FigureCosts {
  readonly #pixels = new Remote<readonly ResultCost[]>()
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
    if (from === 'imageAuroc') return imageCosts(results)
    const costs = this.#pixels.value
    return costs && pixelCostsOf(costs, from)
  }
}
