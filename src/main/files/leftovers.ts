/** Names of what is written before it is whole. They name the process that writes, so that leftovers can be told. */
import { randomUUID } from 'node:crypto'

const FILE = /\.(\d+)\.tmp$/
const FOLDER = /^\.ddad-(\d+)-[0-9a-f-]{36}$/

export const temporaryName = (file: string): string => `${file}.${process.pid}.tmp`

export const stagingName = (): string => `.ddad-${process.pid}-${randomUUID()}`

/** Whether a file or folder of this name was begun by a process that has gone. */
export function isLeftover(name: string, kind: 'file' | 'folder'): boolean {
  const pid = (kind === 'file' ? FILE : FOLDER).exec(name)?.[1]
  return pid !== undefined && !isRunning(Number(pid))
}

/** Whether a process has this id; one of another user counts. */
export function isRunning(pid: number): boolean {
  if (pid === 0) return false
  try {
    return process.kill(pid, 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH'
  }
}
