/** Watches what the studio stands on: its database's files, their lock, and its worker processes. */
import fs from 'node:fs'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import {
  workers,
  type DatabaseProblem,
  type Health,
  type Worker,
} from '../../../shared/core/health.ts'
import { DdadError, isDamage, type ErrorCode } from '../../../shared/errors.ts'
import { inTurn } from '../../../shared/in-turn.ts'
import { temporaryName } from '../../files/leftovers.ts'
import type { Facts } from './facts.ts'
import { DATABASE, type Workspace } from './workspace.ts'
import { writingTo } from './writings.ts'

/** What {@link createHealth} needs of a worker's supervisor. */
export interface Watched {
  readonly stopped: boolean
  watch(listener: () => void): void
  reset(): void
}

/** How long a request that writes waits for another program's lock, and how long between two tries. */
const WAIT_MS = 10_000
const TRY_MS = 40
/** A window stands still for a lock at most this long, where it is not asked for first. */
const BRIEF_MS = 50
/** Looks, a second apart, after which a lock that is held is told. */
const HELD_LOOKS = 3

const codes: Readonly<Record<DatabaseProblem['kind'], ErrorCode>> = {
  lost: 'WORKSPACE_LOST',
  damaged: 'BAD_FILE',
  held: 'WORKSPACE_BUSY',
  readOnly: 'WORKSPACE_READ_ONLY',
}

export function createHealth(
  workspace: Workspace,
  children: Readonly<Record<Worker, Watched>>,
  facts: Facts,
) {
  const { folder, store, readOnly } = workspace
  const file = path.join(folder, DATABASE)
  /** The database and its journal, which is the newest part of it, as they were when they were first seen. */
  const known = new Map<string, fs.Stats>()
  let damaged = false
  /** Time and size of the file when it was last checked: others than SQLite change them, too. */
  let checked = stateOf(file)
  let held = 0
  let sealed = readOnly !== null
  let told = ''
  const next = inTurn()

  /** SQLite goes on with files that have no name any more, and what it writes there is gone with the process. */
  function lostFile(): { name: string; replaced: boolean } | null {
    for (const place of [file, `${file}-wal`]) {
      const now = fs.statSync(place, { throwIfNoEntry: false })
      const before = known.get(place)
      if (!before && now) known.set(place, now)
      if (before && (now?.ino !== before.ino || now.dev !== before.dev))
        return { name: place, replaced: now !== undefined }
    }
    return null
  }

  function databaseProblem(): DatabaseProblem | null {
    if (readOnly !== null) return { kind: 'readOnly', text: readOnly }
    const lost = lostFile()
    if (lost) {
      const { name, replaced } = lost
      const what = replaced ? 'was replaced by another file' : 'was deleted or moved'
      const back = replaced ? '' : `put ${path.basename(name)} back or `
      const text =
        `${name} ${what} while it was open. Nothing more is accepted, as it would be lost; what was there before can still be ` +
        `looked at, and saved as a copy. Then close the studio, ${back}put the copy in its place, and start it again.`
      return { kind: 'lost', text }
    }
    if (damaged) {
      const text =
        `${file} is damaged: something has written over it. Nothing more is accepted; what can still be read can be looked at, ` +
        `and saved as a copy. Then close the studio and put a good copy in its place, or run \`ddad workspace rescue\`.`
      return { kind: 'damaged', text }
    }
    if (held < HELD_LOOKS) return null
    const text =
      `Another program holds ${file}, a long import for instance. Nothing is lost: until it lets go ` +
      'you can look at everything, but change nothing. End it if it does not.'
    return { kind: 'held', text }
  }

  /** Whether the file has changed since the last time and does not hold what SQLite wrote any more. */
  function checkFile(): void {
    const now = stateOf(file)
    if (now === checked || readOnly !== null) return
    checked = now
    damaged ||= store.fileIsDamaged()
  }

  function read(): Health {
    return {
      database: databaseProblem(),
      stopped: workers.filter((name) => children[name].stopped),
    }
  }

  /** Tells what is other than it was told last, and lets nothing be written into what is lost. */
  function look(): void {
    const health = read()
    const seal = health.database !== null && health.database.kind !== 'held'
    if (seal !== sealed) store.setReadOnly(seal)
    sealed = seal
    const text = JSON.stringify(health)
    if (text === told) return
    told = text
    facts.tell('health.changed', health)
  }

  /** Whether an error says that the database is damaged, which is told then. */
  function suspect(error: unknown): boolean {
    if (!isDamage(error)) return false
    damaged = true
    look()
    return true
  }

  async function untilWritable(until: number): Promise<void> {
    for (;;) {
      look()
      const problem = databaseProblem()
      if (problem && problem.kind !== 'held') throw refused(problem)
      if (store.lockIsFree()) return
      if (performance.now() > until) {
        const text = `Another program holds ${file}. Nothing was changed; try again, and end what holds it if that does not help.`
        throw refused(problem ?? { kind: 'held', text })
      }
      await sleep(TRY_MS)
    }
  }

  told = JSON.stringify(read())
  for (const name of workers) children[name].watch(look)
  const timer = setInterval(() => {
    try {
      checkFile()
      held = readOnly !== null || store.lockIsFree() ? 0 : held + 1
    } catch (error) {
      suspect(error)
    }
    look()
  }, 1000)
  timer.unref()
  return {
    read,
    suspect,
    /** For a window: no standing still for a lock; requests wait by {@link beforeWriting}. */
    waitBriefly: (): void => store.setPatience(BRIEF_MS),
    /**
     * To be awaited before what changes something, in the order of asking: waits for another program's lock without
     * standing still. Rejects while the database takes no changes.
     */
    beforeWriting: (): Promise<void> => {
      const until = performance.now() + WAIT_MS
      return next(() => untilWritable(until))
    },
    /** Saves what the open database holds as a new file, also when its own file is gone. */
    copyTo: async (destination: string): Promise<void> => {
      const temporary = temporaryName(destination)
      try {
        await writingTo(workspace, destination, async () => {
          await store.backUp(temporary)
          await fs.promises.rename(temporary, destination)
        })
      } catch (error) {
        await fs.promises.rm(temporary, { force: true })
        throw error
      }
    },
    /** Lets workers that have crashed too often be started again by what needs them next. */
    restart: (): void => {
      for (const name of workers) if (children[name].stopped) children[name].reset()
      look()
    },
    close: (): void => clearInterval(timer),
  }
}

function refused({ kind, text }: DatabaseProblem): DdadError {
  return new DdadError(codes[kind], text)
}

/** What tells a change of a file without opening it: to close it would drop the locks that SQLite has on it. */
function stateOf(file: string): string {
  const stats = fs.statSync(file, { throwIfNoEntry: false })
  return stats ? `${stats.ino} ${stats.size} ${stats.mtimeMs}` : ''
}
