import type { FromChild, ToChild } from '../../shared/processes/frames.ts'
import type { ParentPort } from './serve.ts'

/** The part of Electron's `process.parentPort` that is used here; absent under plain Node. */
interface UtilityPort {
  postMessage(message: unknown): void
  on(event: 'message', callback: (message: { data: unknown }) => void): void
}

/**
 * The channel to whoever started this process: Electron's utility process port or Node's IPC channel.
 * The process ends when its parent has gone, so that none is left behind.
 */
export function parentPort(): ParentPort {
  const utility = (process as { parentPort?: UtilityPort }).parentPort
  if (utility) {
    return {
      send: (frame: FromChild) => utility.postMessage(frame),
      onFrame: (callback) => utility.on('message', ({ data }) => callback(data as ToChild)),
    }
  }
  if (!process.send) throw new Error('This file is started by DDAD Studio, not by hand.')
  process.on('disconnect', () => process.exit(0))
  return {
    send: (frame: FromChild) => process.send?.(frame),
    onFrame: (callback) => process.on('message', (message) => callback(message as ToChild)),
  }
}
