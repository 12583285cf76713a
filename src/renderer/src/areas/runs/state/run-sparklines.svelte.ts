import { SvelteMap } from 'svelte/reactivity'
import type { RunId } from '../../../../../shared/core/ids.ts'
import { request } from '../../../api/client.ts'
import { subscribe } from '../../../api/events.ts'

const POINTS = 24
const WAIT_MS = 80

/** Loss curves in small of the runs in view, asked for as they come into view; running ones follow. */
export class RunSparklines {
  readonly #values = new SvelteMap<RunId, readonly number[]>()
  #wanted: readonly RunId[] = []
  #timer: ReturnType<typeof setTimeout> | null = null

  /** Follows the runs; the returned function ends that. */
  follow(): () => void {
    return subscribe('run.metrics', ({ runId }) => {
      if (this.#values.has(runId)) this.#ask(runId)
    })
  }

  of(id: RunId): readonly number[] | undefined {
    return this.#values.get(id)
  }

  /** Asks for those that are not known yet. */
  want(ids: readonly RunId[]): void {
    for (const id of ids) if (!this.#values.has(id)) this.#ask(id)
  }

  #ask(id: RunId): void {
    if (!this.#wanted.includes(id)) this.#wanted = [...this.#wanted, id]
    this.#timer ??= setTimeout(() => void this.#load(), WAIT_MS)
  }

  async #load(): Promise<void> {
    this.#timer = null
    const runIds = this.#wanted.slice(0, 100)
    this.#wanted = this.#wanted.slice(100)
    try {
      const curves = await request('runs.sparklines', { runIds, name: 'loss', points: POINTS })
      runIds.forEach((id, index) => this.#values.set(id, curves[index] ?? []))
    } catch {
      // Without them the table is complete; the next view asks again.
    }
    if (this.#wanted.length > 0) this.#timer ??= setTimeout(() => void this.#load(), WAIT_MS)
  }
}
