import type { Evaluation } from '../../../../../shared/evaluation/evaluation.ts'
import type { DatasetId } from '../../../../../shared/core/ids.ts'
import { request } from '../../../api/client.ts'
import { subscribe } from '../../../api/events.ts'
import { Remote } from '../../core/state/remote.svelte.ts'

/** The newest evaluation of each category of a data set. */
export class Overview {
  readonly latest = new Remote<readonly Evaluation[]>()

  open(datasetId: DatasetId): () => void {
    this.latest.clear()
    const refresh = (): void =>
      void this.latest.load(() => request('evaluations.latest', { datasetId }))
    refresh()
    return subscribe('evaluations.changed', refresh)
  }
}
