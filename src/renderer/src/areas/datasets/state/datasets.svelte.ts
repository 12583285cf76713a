import type { Dataset } from '../../../../../shared/datasets/dataset.ts'
import type { DatasetId } from '../../../../../shared/core/ids.ts'
import { request } from '../../../api/client.ts'
import { subscribe } from '../../../api/events.ts'
import { noteRanges } from '../../../api/thumbnails.svelte.ts'
import { Remote } from '../../core/state/remote.svelte.ts'

/** The data sets of the workspace. */
export class Datasets {
  readonly list = new Remote<readonly Dataset[]>()

  constructor() {
    void this.refresh()
    subscribe('datasets.changed', () => void this.refresh())
  }

  async refresh(): Promise<void> {
    await this.list.load(() => request('datasets.list', null))
    noteRanges(this.list.value ?? [])
  }

  byId(id: DatasetId | undefined): Dataset | undefined {
    return this.list.value?.find((dataset) => dataset.id === id)
  }
}
