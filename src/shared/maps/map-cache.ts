import type { RunId } from '../core/ids.ts'

/** What the stored maps of a run's sweeps take. */
export interface CachedRun {
  /** Null: of weights that no run has any more. */
  readonly runId: RunId | null
  readonly name: string
  readonly settings: number
  readonly maps: number
  readonly bytes: number
  /** Milliseconds since 1970; 0 when that was not recorded. */
  readonly usedAt: number
  /** A sweep of it runs or waits: nothing of it is removed. */
  readonly busy: boolean
}

/** Maps that no evaluation needs, kept so that nothing is computed twice. */
export interface MapCache {
  readonly bytes: number
  /** What the maps may take; the longest unused are removed when a sweep ends. */
  readonly limit: number
  /** Largest first. */
  readonly runs: readonly CachedRun[]
}

/** What was removed. */
export interface Pruned {
  readonly settings: number
  readonly maps: number
  readonly bytes: number
}
