import { ApiError, messageOf } from '../../../api/client.ts'

export interface Toast {
  readonly id: number
  readonly tone: 'info' | 'good' | 'danger'
  readonly text: string
  /** When it was shown, in milliseconds since 1970. */
  readonly at: number
  /** What can be done about it, for instance undone. */
  readonly action?: { readonly label: string; readonly run: () => void }
}

/** How many messages are kept to be read again, and how many problems wait to be dismissed. */
const KEPT = 10

/** Short notes about what just happened, and problems, which stay until dismissed. */
export class Toasts {
  list = $state.raw<readonly Toast[]>([])
  /** The newest last. */
  problems = $state.raw<readonly Toast[]>([])
  /** The last messages of both kinds, the newest first. */
  recent = $state.raw<readonly Toast[]>([])
  #nextId = 1

  show(text: string, tone: Toast['tone'] = 'info', action?: Toast['action']): void {
    const id = this.#nextId++
    const toast: Toast = { id, tone, text, at: Date.now(), ...(action ? { action } : {}) }
    this.recent = [toast, ...this.recent].slice(0, KEPT)
    if (tone === 'danger') {
      // The same problem again is one problem.
      const others = this.problems.filter((known) => known.text !== text)
      this.problems = [...others, toast].slice(-KEPT)
      return
    }
    this.list = [...this.list.slice(-3), toast]
    setTimeout(() => this.dismiss(id), action ? 15_000 : 5000)
  }

  dismiss(id: number): void {
    this.list = this.list.filter((toast) => toast.id !== id)
    this.problems = this.problems.filter((toast) => toast.id !== id)
  }

  dismissProblems(): void {
    this.problems = []
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
