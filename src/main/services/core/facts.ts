/** Facts that were recorded, told to whoever listens: windows, or the command line's progress. */
import type { EventName, Events } from '../../../shared/ipc/events.ts'

type Listener = <Name extends EventName>(name: Name, payload: Events[Name]) => void

export interface Facts {
  tell<Name extends EventName>(name: Name, payload: Events[Name]): void
  /** Returns the function that ends listening. */
  listen(listener: Listener): () => void
}

export function createFacts(): Facts {
  const listeners = new Set<Listener>()
  return {
    tell: (name, payload) => {
      for (const listener of listeners) listener(name, payload)
    },
    listen: (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}
