import type { Evaluation, ImageResult } from '../../../../../shared/evaluation/evaluation.ts'
import type { EvaluationId } from '../../../../../shared/core/ids.ts'
import { request } from '../../../api/client.ts'
import { subscribe } from '../../../api/events.ts'
import { defaultThreshold } from '../reading/threshold.ts'
import { Remote } from '../../core/state/remote.svelte.ts'

/** One evaluation with its image results; they arrive one by one while it runs. */
export class EvaluationPage {
  readonly evaluation = new Remote<Evaluation>()
  readonly results = new Remote<readonly ImageResult[]>()
  readonly threshold = $derived(defaultThreshold(this.evaluation.value, this.results.value ?? []))

  open(evaluationId: EvaluationId): () => void {
    const refresh = (): void => {
      void this.evaluation.load(() => request('evaluations.get', { evaluationId }))
      void this.results.load(() => request('evaluations.results', { evaluationId }))
    }
    this.evaluation.clear()
    this.results.clear()
    refresh()
    const endings = [
      subscribe('evaluations.changed', (change) => {
        if (change.evaluationId === evaluationId) refresh()
      }),
      subscribe('evaluation.result', (event) => {
        if (event.evaluationId !== evaluationId) return
        const others = (this.results.value ?? []).filter(({ id }) => id !== event.result.id)
        this.results.value = [...others, event.result]
      }),
    ]
    return () => endings.forEach((end) => end())
  }
}
