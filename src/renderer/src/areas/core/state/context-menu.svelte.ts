import type { MenuItem } from '../../../ui/menu-item.ts'

/** What a right click offers: first what stands under the pointer, then what is around it. */
export class ContextMenu {
  #offered: readonly (readonly MenuItem[])[] = []

  /** To be called while a `contextmenu` event rises; the window shows what was offered. */
  offer(group: readonly MenuItem[]): void {
    this.#offered = [...this.#offered, group]
  }

  /** What was offered during the event, once. */
  take(): readonly (readonly MenuItem[])[] {
    const offered = this.#offered
    this.#offered = []
    return offered
  }
}
