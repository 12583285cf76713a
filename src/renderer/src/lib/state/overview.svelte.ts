import type { Evaluation } from '../../../../shared/domain/evaluation.ts'
import type { DatasetId } from '../../../../shared/domain/ids.ts'
import { request } from '../api/client.ts'
import { subscribe } from '../api/events.ts'
import { Remote } from './remote.svelte.ts'

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
