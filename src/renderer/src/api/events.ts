import type { EventName, Events } from '../../../shared/ipc/events.ts'
import { listen } from './client.ts'

/** Calls back on each event of one name; the returned function ends the subscription. */
export function subscribe<Name extends EventName>(
  name: Name,
  callback: (payload: Events[Name]) => void,
): () => void {
  return listen((received, payload) => {
    if (received === name) callback(payload as Events[Name])
  })
}
