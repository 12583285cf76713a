import { utilityProcess } from 'electron'
import type { FromChild } from '../../shared/processes/frames.ts'
import type { ChildTransport } from './client.ts'
import { stderrTail } from './stderr-tail.ts'

/** Starts a child as an Electron utility process. To be called after `app` is ready. */
export function forkUtility(file: string, env: NodeJS.ProcessEnv, name: string): ChildTransport {
  const child = utilityProcess.fork(file, [], {
    env,
    serviceName: name,
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  const tail = stderrTail(child.stderr as NodeJS.ReadableStream as never)
  return {
    send: (frame) => child.postMessage(frame),
    onFrame: (callback) => {
      child.on('message', (message) => callback(message as FromChild))
    },
    onExit: (callback) => {
      child.on('exit', (code) => callback(`exit code ${code}`))
    },
    stderrTail: tail,
    kill: () => {
      // A native call of TensorFlow does not see SIGTERM before it returns.
      if (child.pid !== undefined) process.kill(child.pid, 'SIGKILL')
    },
  }
}
