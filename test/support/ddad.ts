import { spawn } from 'node:child_process'
import path from 'node:path'

const cli = path.resolve(import.meta.dirname, '../../src/main/cli/main.ts')

export interface Ended {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** Runs `ddad` from source in its own process. `onStderr` may interrupt it. */
export function ddad(
  args: readonly string[],
  onStderr: (text: string, interrupt: () => void) => void = () => {},
): Promise<Ended> {
  const child = spawn(process.execPath, [cli, ...args])
  let stdout = ''
  let stderr = ''
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => {
    stderr += chunk.toString()
    onStderr(stderr, () => child.kill('SIGINT'))
  })
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code) => resolve({ code, stdout, stderr }))
  })
}
