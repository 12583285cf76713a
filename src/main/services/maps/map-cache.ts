/** The maps that no evaluation has, as a cache of bounded size; nothing here touches those of evaluations. */
import fs from 'node:fs'
import path from 'node:path'
import type { RunId } from '../../../shared/core/ids.ts'
import type { CachedRun, Pruned, MapCache } from '../../../shared/maps/map-cache.ts'
import { DdadError } from '../../../shared/errors.ts'
import type { CachedSet } from '../../db/repos/maps.ts'
import type { Facts } from '../core/facts.ts'
import type { PreferencesService } from '../core/preferences.ts'
import { removeFiles } from './map-store.ts'
import type { Workspace } from '../core/workspace.ts'

/** What is to be removed: until the rest takes at most so many bytes, or all maps of one run. */
export type PruneWish = { readonly toBytes: number } | { readonly runId: RunId | null }

const sum = (cells: readonly CachedSet[], of: 'maps' | 'bytes') =>
  cells.reduce((total, cell) => total + cell[of], 0)

export function createMapCache(
  workspace: Workspace,
  preferences: PreferencesService,
  facts: Facts,
) {
  const { store, resolve } = workspace

  function show(): MapCache {
    const cells = store.maps.cached()
    const busy = store.maps.busyRuns()
    const runs = [...Map.groupBy(cells, ({ runId }) => runId)].map(([runId, own]): CachedRun => {
      const run = runId === null ? null : store.runs.get(runId)
      return {
        runId,
        name: run ? `${run.datasetName} · ${run.name}` : 'weights that no run has any more',
        settings: own.length,
        maps: sum(own, 'maps'),
        bytes: sum(own, 'bytes'),
        usedAt: Math.max(...own.map(({ usedAt }) => usedAt)),
        busy: runId !== null && busy.has(runId),
      }
    })
    return {
      bytes: sum(cells, 'bytes'),
      limit: preferences.get().sweepCacheBytes,
      runs: runs.toSorted((a, b) => b.bytes - a.bytes),
    }
  }

  /** Files are removed after their rows: a file without a row is nobody's, a row without a file is computed again. */
  function remove(sets: readonly CachedSet[]): Pruned {
    const files = store.transaction(() => store.maps.removeFree(sets.map(({ id }) => id)))
    removeFiles(workspace, files)
    return { settings: sets.length, maps: sum(sets, 'maps'), bytes: sum(sets, 'bytes') }
  }

  /** Folders whose row is gone, from a removal that was cut off. */
  function removeStray(): void {
    for (const root of ['maps', 'sweeps'].map(resolve)) {
      if (!fs.existsSync(root)) continue
      // Folders first: one that another process makes meanwhile has its row already.
      const names = fs.readdirSync(root)
      const known = new Set(store.maps.setIds().map(String))
      for (const name of names) {
        if (known.has(name) || !/^\d+$/.test(name)) continue
        fs.rmSync(path.join(root, name), { recursive: true, force: true })
      }
    }
  }

  /**
   * Removes maps, those unused for longest first; never those of a run with a sweep or an evaluation that runs or waits.
   * @throws {DdadError} CONFLICT when all maps of such a run are wished away.
   */
  function prune(wish: PruneWish, spare: (cell: CachedSet) => boolean = () => false): Pruned {
    const busy = store.maps.busyRuns()
    const free = store.maps
      .cached()
      .filter((cell) => !(cell.runId !== null && busy.has(cell.runId)) && !spare(cell))
    let gone: CachedSet[]
    if ('runId' in wish) {
      if (wish.runId !== null && busy.has(wish.runId)) {
        throw new DdadError(
          'CONFLICT',
          'A sweep or an evaluation of this run runs or waits; nothing was removed. Stop it in the queue first.',
        )
      }
      gone = free.filter(({ runId }) => runId === wish.runId)
    } else {
      let over = show().bytes - wish.toBytes
      gone = []
      for (const cell of free) {
        if (over <= 0) break
        gone.push(cell)
        over -= cell.bytes
      }
    }
    const pruned = remove(gone)
    removeStray()
    if (pruned.settings > 0) facts.tell('maps.changed', { runId: null })
    return pruned
  }

  facts.on('job.ended', ({ job }) => {
    if (job.kind !== 'sweep') return
    const newest = Math.max(...store.maps.cached().map(({ usedAt }) => usedAt))
    try {
      prune({ toBytes: preferences.get().sweepCacheBytes }, ({ usedAt }) => usedAt === newest)
    } catch {
      // The sweep itself has ended well; what cannot be removed now is tried again after the next one.
    }
  })

  return { show, prune: (wish: PruneWish) => prune(wish) }
}
