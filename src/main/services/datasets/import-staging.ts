/** What an import makes before it is recorded: all of it goes when it fails, also when its process is killed. */
import { randomUUID } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { DdadError } from '../../../shared/errors.ts'
import { ownerInLives, thisProcess } from '../core/owner.ts'
import type { Workspace } from '../core/workspace.ts'

const STAGING = /^import-/
const OWNER = 'owner.json'
const MADE = 'made.txt'

/** Folders outside the staging folder that an import makes, named by the row that will own them. */
type Made = `runs/${number}` | `masks/${number}`

export interface ImportStaging {
  /** Names it among others, as rows do that are of this import and are not shown yet. */
  readonly name: string
  /** Exists and is empty; for the import's files until they are moved to where they stay. */
  readonly folder: string
  /**
   * Notes a folder that is about to be made, so that it can be taken back.
   * @throws {DdadError} CONFLICT when something is there already, which is left as it is.
   */
  making(made: Made): void
  /** Ends it; what was made stays where its row was recorded. */
  close(): void
}

/** Opens a staging folder under `cache`, which names the process that works on it. */
export function openStaging({ store, resolve }: Workspace): ImportStaging {
  const place = resolve(path.join('cache', `import-${randomUUID()}`))
  const folder = path.join(place, 'files')
  fs.mkdirSync(folder, { recursive: true })
  fs.writeFileSync(path.join(place, OWNER), JSON.stringify(thisProcess()))
  return {
    name: path.basename(place),
    folder,
    making: (made) => {
      const target = resolve(made)
      if (fs.existsSync(target)) {
        throw new DdadError(
          'CONFLICT',
          `${target} is there already and belongs to nothing. Nothing was imported; move it away, then import again.`,
        )
      }
      fs.appendFileSync(path.join(place, MADE), `${made}\n`)
    },
    close: () => clear({ store, resolve }, place),
  }
}

/** Removes what imports have left whose process was killed. */
export function removeLeftStagings(workspace: Workspace): void {
  const cache = workspace.resolve('cache')
  for (const name of fs.readdirSync(cache).filter((entry) => STAGING.test(entry))) {
    const place = path.join(cache, name)
    if (ownerInLives(path.join(place, OWNER))) continue
    clear(workspace, place)
  }
}

/** A run whose result is still to come from a place has a row before it has files. */
const hasFiles = ({ runs, tasks }: Workspace['store'], id: number) =>
  runs.has(id) && !tasks.awaits(id)

/** Removes a staging folder with what it has made for rows that were not recorded. */
function clear({ store, resolve }: Pick<Workspace, 'store' | 'resolve'>, place: string): void {
  store.incomingRuns.remove(path.basename(place))
  const file = path.join(place, MADE)
  const lines = fs.existsSync(file) ? fs.readFileSync(file, 'utf8').split('\n') : []
  for (const line of lines) {
    const [, kind, id] = /^(runs|masks)\/(\d+)$/.exec(line) ?? []
    if (!kind || !id) continue
    const recorded = kind === 'runs' ? hasFiles(store, Number(id)) : store.images.has(Number(id))
    if (!recorded) fs.rmSync(resolve(line), { recursive: true, force: true })
  }
  fs.rmSync(place, { recursive: true, force: true })
}
