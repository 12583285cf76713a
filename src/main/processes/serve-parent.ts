import type { FromChild, ToChild } from '../../shared/processes/frames.ts'
import type { ParentPort } from './serve.ts'

/** The channel to whoever started this process. It ends when its parent has gone, so that none is left behind. */
export function parentPort(): ParentPort {
  if (!process.send) throw new Error('This file is started by DDAD Studio, not by hand.')
  process.on('disconnect', () => process.exit(0))
  return {
    send: (frame: FromChild) => process.send?.(frame),
    onFrame: (callback) => process.on('message', (message) => callback(message as ToChild)),
  }
}
