import { ApiError, messageOf } from '../../../api/client.ts'

export interface Toast {
  readonly id: number
  readonly tone: 'info' | 'good' | 'danger'
  readonly text: string
  /** What can be done about it, for instance undone. */
  readonly action?: { readonly label: string; readonly run: () => void }
}

/** Short notes about what just happened. Failures stay until dismissed. */
export class Toasts {
  list = $state.raw<readonly Toast[]>([])
  #nextId = 1

  show(text: string, tone: Toast['tone'] = 'info', action?: Toast['action']): void {
    const id = this.#nextId++
    this.list = [...this.list.slice(-3), { id, tone, text, ...(action ? { action } : {}) }]
    if (tone !== 'danger') setTimeout(() => this.dismiss(id), action ? 15_000 : 5000)
  }

  dismiss(id: number): void {
    this.list = this.list.filter((toast) => toast.id !== id)
  }

  /** Runs an action whose failure the user must see; what they cancelled is none. True when it succeeded. */
  async attempt(action: () => Promise<unknown>): Promise<boolean> {
    try {
      await action()
      return true
    } catch (error) {
      const cancelled = error instanceof ApiError && error.code === 'CANCELLED'
      this.show(messageOf(error), cancelled ? 'info' : 'danger')
      return false
    }
  }
}
