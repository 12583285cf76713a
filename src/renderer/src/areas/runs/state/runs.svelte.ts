import type { RunId } from '../../../../../shared/core/ids.ts'
import type { Run } from '../../../../../shared/runs/run.ts'
import { request } from '../../../api/client.ts'
import { subscribe } from '../../../api/events.ts'
import { Remote } from '../../core/state/remote.svelte.ts'

const GATHER_MS = 150

/** Every run of the workspace; steps and losses follow the running job. */
export class Runs {
  readonly list = new Remote<readonly Run[]>()
  #timer: ReturnType<typeof setTimeout> | null = null

  constructor() {
    void this.refresh()
    subscribe(
      'runs.changed',
      ({ runId }) => void (runId === null ? this.#soon() : this.#renew(runId)),
    )
    subscribe('run.metrics', ({ runId, points }) => {
      const last = points.findLast((point) => point.name === 'loss')
      if (!last || !this.list.value) return
      this.list.value = this.list.value.map((run) =>
        run.id === runId ? { ...run, step: last.step, lastLoss: last.value } : run,
      )
    })
  }

  refresh(): Promise<void> {
    return this.list.load(
      async () => JSON.parse(await request('runs.packed', null)) as readonly Run[],
    )
  }

  /** Reads all runs again, once for several changes that follow each other closely. */
  #soon(): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = null
      void this.refresh()
    }, GATHER_MS)
  }

  /** Reads one run again. */
  async #renew(runId: RunId): Promise<void> {
    const list = this.list.value
    if (!list?.some(({ id }) => id === runId)) return this.#soon()
    try {
      const run = await request('runs.get', { runId })
      const others = (this.list.value ?? []).map((each) => (each.id === runId ? run : each))
      this.list.value = run.trashedAt === null ? others : others.filter(({ id }) => id !== runId)
    } catch {
      // It is gone; the whole list says so.
      this.#soon()
    }
  }

  byId(id: RunId | undefined): Run | undefined {
    return this.list.value?.find((run) => run.id === id)
  }
}
