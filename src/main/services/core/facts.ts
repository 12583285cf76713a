/** Facts that were recorded, told to whoever listens: windows, or the command line's progress. */
import type { EventName, Events } from '../../../shared/ipc/events.ts'

/** A fact with its name, for listeners that pass all of them on. */
export type Fact = { [Name in EventName]: { name: Name; payload: Events[Name] } }[EventName]

export interface Facts {
  tell<Name extends EventName>(name: Name, payload: Events[Name]): void
  /** Calls back on each fact of one name. Returns the function that ends it. */
  on<Name extends EventName>(name: Name, listener: (payload: Events[Name]) => void): () => void
  /** Calls back on every fact. Returns the function that ends it. */
  onAny(listener: (fact: Fact) => void): () => void
}

export function createFacts(): Facts {
  const listeners = new Set<(fact: Fact) => void>()
  function onAny(listener: (fact: Fact) => void): () => void {
    listeners.add(listener)
    return () => listeners.delete(listener)
  }
  return {
    tell: (name, payload) => {
      for (const listener of listeners) listener({ name, payload } as Fact)
    },
    on: (name, listener) =>
      onAny((fact) => {
        if (fact.name === name) listener(fact.payload as never)
      }),
    onAny,
  }
}
