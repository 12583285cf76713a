import { untrack } from 'svelte'
import { displayKeys, matches, type KeyPress } from './keys.ts'

/** One thing the user can do; the palette, the shortcut list, tooltips and the keyboard all read it. */
export interface Action {
  readonly id: string
  readonly group: string
  readonly label: string
  readonly key?: string
  readonly enabled?: () => boolean
  readonly run: () => unknown
}

const mac = navigator.userAgent.includes('Mac OS')

/** All actions of the moment: the window's own and those of the open view. */
export class Commands {
  #lists = $state.raw<readonly (readonly Action[])[]>([])
  readonly all = $derived(this.#lists.flat())

  /** Adds actions; the returned function takes them away again. */
  register(actions: readonly Action[]): () => void {
    this.#lists = [...untrack(() => this.#lists), actions]
    return () => {
      this.#lists = untrack(() => this.#lists).filter((list) => list !== actions)
    }
  }

  /** Runs the action that a key press stands for. True when there was one. */
  press(press: KeyPress): boolean {
    const action = this.all.findLast(
      ({ key, enabled }) => key && matches(key, press, mac) && (enabled?.() ?? true),
    )
    action?.run()
    return action !== undefined
  }

  /** A shortcut as this machine's keyboard names it; empty for an action without one. */
  keys(shortcut: string | undefined): string {
    return shortcut ? displayKeys(shortcut, mac) : ''
  }

  /** Text for a tooltip: `Fit to window (F)`. */
  hint(label: string, shortcut: string): string {
    return `${label} (${this.keys(shortcut)})`
  }
}
