/** Puts right what a killed process has left: files without rows, rows without files, files that are not whole. */
import fs from 'node:fs'
import path from 'node:path'
import type { EvaluationId, ImageId, RunId } from '../../../shared/core/ids.ts'
import { isLeftover } from '../../files/leftovers.ts'
import type { Opening } from './openings.ts'
import type { Workspace } from './workspace.ts'

/** Where files go that no row names; nothing removes them by itself. */
export const LOST_AND_FOUND = 'lost+found'

/** What a run's folder names checkpoints by; anything else in it is left alone. */
const WEIGHTS = /^(?:unet|features)-\d/

/** Chromium's profile, and who has the workspace open. */
const OTHERS = new Set(['window', 'open'])

export interface Tidied {
  /** Files and folders that were moved, relative to the workspace. */
  readonly moved: readonly string[]
  /** Files of which only a part was written, removed. */
  readonly removed: number
}

/**
 * Moves what no row names to `lost+found/<time>/` and removes what was cut short. Only while nobody else has the
 * workspace open: a file is there before its row.
 */
export function tidyAfterKill(workspace: Workspace, opening: Opening): Tidied {
  if (!opening.mayTidy) return { moved: [], removed: 0 }
  const { store, resolve } = workspace
  const began = Date.now()
  const removed = ['', 'runs', 'masks', 'sweeps', 'maps', 'cache'].reduce(
    (sum, name) =>
      sum + removeCutShort(name === '' ? workspace.folder : resolve(name), name !== ''),
    0,
  )
  const moved = moveAside(workspace, strays(workspace), began)
  store.transaction(() => {
    for (const run of [...store.runs.list(), ...store.runs.trashed()])
      for (const { id, file, onDisk } of store.checkpoints.list(run.id)) {
        const there = fs.existsSync(resolve(file))
        if (there !== onDisk) store.checkpoints.markRemoved(id, there ? null : began)
      }
  })
  opening.tidied()
  return { moved, removed }
}

/** Moves files and folders of a workspace to `lost+found/<time>/`, where they keep their places. */
export function moveAside(
  { resolve }: Pick<Workspace, 'resolve'>,
  places: readonly string[],
  at: number,
): readonly string[] {
  const shelf = path.join(LOST_AND_FOUND, new Date(at).toISOString().replaceAll(':', '-'))
  for (const place of places) {
    const target = resolve(path.join(shelf, place))
    fs.mkdirSync(path.dirname(target), { recursive: true })
    fs.renameSync(resolve(place), target)
  }
  return places
}

function removeCutShort(folder: string, deep: boolean): number {
  let removed = 0
  for (const entry of entriesOf(folder)) {
    const place = path.join(folder, entry.name)
    if (entry.isDirectory()) {
      if (deep && !OTHERS.has(entry.name)) removed += removeCutShort(place, true)
    } else if (isLeftover(entry.name, 'file')) {
      fs.rmSync(place, { force: true })
      removed += 1
    }
  }
  return removed
}

/** Files and folders that no row names. */
export function strays(workspace: Workspace): readonly string[] {
  return [...strayRuns(workspace), ...strayMasks(workspace)]
}

/** Folders of runs that are not on record, and checkpoints and evaluations of those that are. */
function* strayRuns({ store, resolve }: Workspace): Generator<string> {
  for (const { name: run } of entriesOf(resolve('runs'))) {
    const id = idOf(run)
    if (id === null) continue
    if (!store.runs.has(id)) {
      yield `runs/${run}`
      continue
    }
    const recorded = new Set(
      store.checkpoints.list(id as RunId).map(({ file }) => path.posix.basename(file)),
    )
    for (const entry of entriesOf(resolve(`runs/${run}`)))
      if (entry.isFile() && WEIGHTS.test(entry.name) && !recorded.has(entry.name))
        yield `runs/${run}/${entry.name}`
    for (const { name } of entriesOf(resolve(`runs/${run}/evaluations`))) {
      const evaluation = idOf(name)
      if (evaluation !== null && !store.evaluations.get(evaluation as EvaluationId))
        yield `runs/${run}/evaluations/${name}`
    }
  }
}

function* strayMasks({ store, resolve }: Workspace): Generator<string> {
  for (const entry of entriesOf(resolve('masks'))) {
    if (entry.name === 'journals') continue
    const id = idOf(entry.name)
    if (id === null || !entry.isDirectory()) continue
    if (!store.images.has(id)) {
      yield `masks/${entry.name}`
      continue
    }
    const recorded = new Set(store.maskVersions.ofImage(id as ImageId).map(({ file }) => file))
    for (const { name } of entriesOf(resolve(`masks/${id}`)))
      if (!recorded.has(`${id}/${name}`)) yield `masks/${id}/${name}`
  }
}

function idOf(name: string): number | null {
  return /^[1-9]\d{0,14}$/.test(name) ? Number(name) : null
}

function entriesOf(folder: string): fs.Dirent[] {
  try {
    return fs.readdirSync(folder, { withFileTypes: true })
  } catch {
    return []
  }
}
