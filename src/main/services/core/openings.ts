/** Which processes have a workspace open, and whether one of them ended without closing it. */
import { randomUUID } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { ownerInLives, thisProcess } from './owner.ts'
import type { Workspace } from './workspace.ts'

export interface Opening {
  /**
   * Whether what is not on record can be put right now: a process ended without closing the workspace, or an earlier
   * build had it, and nobody else has it open, who might be about to record something.
   */
  readonly mayTidy: boolean
  /** Forgets the processes that have gone, once what they left is put right. */
  tidied(): void
  close(): void
}

/** Notes that this process has a workspace open. */
export function noteOpening({ resolve }: Workspace): Opening {
  const folder = resolve('cache/open')
  const first = !fs.existsSync(folder)
  const own = path.join(folder, `${process.pid}-${randomUUID()}.json`)
  fs.mkdirSync(folder, { recursive: true })
  fs.writeFileSync(own, JSON.stringify(thisProcess()))
  const others = fs
    .readdirSync(folder)
    .map((name) => path.join(folder, name))
    .filter((file) => file !== own)
  const gone = others.filter((file) => !ownerInLives(file))
  return {
    mayTidy: gone.length === others.length && (first || gone.length > 0),
    tidied: () => gone.forEach((file) => fs.rmSync(file, { force: true })),
    close: () => fs.rmSync(own, { force: true }),
  }
}
