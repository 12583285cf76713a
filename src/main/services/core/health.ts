/** Watches what the studio stands on: its database's file and its worker processes. */
import fs from 'node:fs'
import path from 'node:path'
import { workers, type Health, type Worker } from '../../../shared/core/health.ts'
import { DdadError } from '../../../shared/errors.ts'
import type { Facts } from './facts.ts'
import { DATABASE, type Workspace } from './workspace.ts'

/** What {@link createHealth} needs of a worker's supervisor. */
export interface Watched {
  readonly stopped: boolean
  watch(listener: () => void): void
  reset(): void
}

export function createHealth(
  { folder }: Pick<Workspace, 'folder'>,
  children: Readonly<Record<Worker, Watched>>,
  facts: Facts,
) {
  const file = path.join(folder, DATABASE)
  const opened = fs.statSync(file)
  let told = ''

  /** SQLite goes on with a file that has no name any more, and what it writes there is gone with the process. */
  function databaseProblem(): string | null {
    const now = fs.statSync(file, { throwIfNoEntry: false })
    if (now?.ino === opened.ino && now.dev === opened.dev) return null
    const what = now ? 'was replaced by another file' : 'was deleted or moved'
    return (
      `${file} ${what} while it was open. Nothing more is accepted, as it would be lost. ` +
      `Close the studio${now ? '' : `, put ${DATABASE} back or run \`ddad workspace rescue\``}, then start it again.`
    )
  }

  function read(): Health {
    return {
      database: databaseProblem(),
      stopped: workers.filter((name) => children[name].stopped),
    }
  }

  /** Tells what is other than it was told last. */
  function look(): void {
    const health = read()
    const text = JSON.stringify(health)
    if (text === told) return
    told = text
    facts.tell('health.changed', health)
  }

  told = JSON.stringify(read())
  for (const name of workers) children[name].watch(look)
  const timer = setInterval(look, 1000)
  timer.unref()
  return {
    read,
    /** @throws DdadError WORKSPACE_LOST while the database's file is not the one that was opened */
    expectWell: (): void => {
      const problem = databaseProblem()
      if (problem !== null) throw new DdadError('WORKSPACE_LOST', problem)
    },
    /** Lets workers that have crashed too often be started again by what needs them next. */
    restart: (): void => {
      for (const name of workers) if (children[name].stopped) children[name].reset()
      look()
    },
    close: (): void => clearInterval(timer),
  }
}
