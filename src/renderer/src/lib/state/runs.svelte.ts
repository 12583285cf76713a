import type { RunId } from '../../../../shared/domain/ids.ts'
import type { Run } from '../../../../shared/domain/run.ts'
import { request } from '../api/client.ts'
import { subscribe } from '../api/events.ts'
import { Remote } from './remote.svelte.ts'

/** Every run of the workspace; steps and losses follow the running job. */
export class Runs {
  readonly list = new Remote<readonly Run[]>()

  constructor() {
    void this.refresh()
    subscribe('runs.changed', () => void this.refresh())
    subscribe('run.metrics', ({ runId, points }) => {
      const last = points.findLast((point) => point.name === 'loss')
      if (!last || !this.list.value) return
      this.list.value = this.list.value.map((run) =>
        run.id === runId ? { ...run, step: last.step, lastLoss: last.value } : run,
      )
    })
  }

  refresh(): Promise<void> {
    return this.list.load(() => request('runs.list', null))
  }

  byId(id: RunId | undefined): Run | undefined {
    return this.list.value?.find((run) => run.id === id)
  }
}
