import type { ExportProgress } from '../../../../../shared/ipc/events.ts'
import { request } from '../../../api/client.ts'
import { subscribe } from '../../../api/events.ts'

/** Exports that main is working on. */
export class Exports {
  list = $state.raw<readonly ExportProgress[]>([])

  constructor() {
    subscribe('exchange.progress', (progress) => {
      const known = this.list.some(({ id }) => id === progress.id)
      this.list = known
        ? this.list.map((one) => (one.id === progress.id ? progress : one))
        : [...this.list, progress]
    })
    subscribe('exchange.ended', ({ id }) => {
      this.list = this.list.filter((one) => one.id !== id)
    })
  }

  /** Gives an export up; nothing is left of it. */
  cancel(id: number): void {
    void request('exchange.cancel', { id })
  }
}
