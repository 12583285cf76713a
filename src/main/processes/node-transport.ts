import { fork } from 'node:child_process'
import type { FromChild } from '../../shared/processes/frames.ts'
import { nodeExecutable } from '../services/core/installation.ts'
import type { ChildTransport } from './client.ts'
import { stderrTail } from './stderr-tail.ts'

/**
 * Starts a child under Node, in its own process group so that Ctrl-C reaches only us. Never Electron's binary: its
 * allocator ends the process when TensorFlow asks for 2 GB at once; under Node it fails, and TensorFlow asks for less.
 */
export function forkNode(file: string, env: NodeJS.ProcessEnv): ChildTransport {
  const child = fork(file, [], {
    execPath: nodeExecutable(),
    env,
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    execArgv: [],
    detached: process.platform !== 'win32',
  })
  const tail = stderrTail(child.stderr)
  return {
    send: (frame) => {
      if (child.connected) child.send(frame)
    },
    onFrame: (callback) => {
      child.on('message', (message) => callback(message as FromChild))
    },
    onExit: (callback) => {
      let ended = false
      const end = (reason: string) => {
        if (!ended) callback(reason)
        ended = true
      }
      child.on('error', (error) => end(error.message))
      // `close` comes after the streams have ended, so that the last words are complete.
      child.on('close', (code, signal) => end(signal ?? `exit code ${code}`))
    },
    stderrTail: tail,
    kill: () => void child.kill('SIGKILL'),
  }
}
