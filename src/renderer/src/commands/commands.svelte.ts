import { untrack } from 'svelte'
import { displayKeys, matches, type KeyPress } from './keys.ts'

/** One thing the user can do; the palette, the shortcut list, tooltips and the keyboard all read it. */
export interface Action {
  readonly group: string
  readonly label: string
  readonly key?: string
  readonly enabled?: () => boolean
  readonly run: () => unknown
}

const mac = navigator.userAgent.includes('Mac OS')

/** All actions of the moment, each once: the window's own and those of the open view. An action is its own identity. */
export class Commands {
  // Kept outside of Svelte's state: what ends an effect reads states as they were before it.
  #lists: readonly (readonly Action[])[] = []
  #changes = $state(0)
  readonly all = $derived.by(() => {
    void this.#changes
    return this.#lists.flat().filter((action, at, all) => all.indexOf(action) === at)
  })

  /** Adds actions; the returned function takes them away again. */
  register(actions: readonly Action[]): () => void {
    this.#put([...this.#lists, actions])
    return () => this.#put(this.#lists.filter((list) => list !== actions))
  }

  #put(lists: readonly (readonly Action[])[]): void {
    this.#lists = lists
    untrack(() => (this.#changes += 1))
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
