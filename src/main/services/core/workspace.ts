/** The one folder that holds everything the studio makes. */
import fs from 'node:fs'
import path from 'node:path'
import { openStore, type Store } from '../../db/store.ts'

export interface Workspace {
  readonly folder: string
  readonly store: Store
  /** Absolute path of a file that rows name relative to the workspace. */
  readonly resolve: (relative: string) => string
  /** The name that rows have for a file inside the workspace. */
  readonly relative: (file: string) => string
}

/**
 * Opens a workspace, creating it if need be: `studio.db`, `runs/`, `masks/`, `cache/`.
 * @throws {DdadError} see `openDatabase`.
 */
export function openWorkspace(folder: string): Workspace {
  const root = path.resolve(folder)
  for (const name of ['runs', 'masks', 'cache']) {
    fs.mkdirSync(path.join(root, name), { recursive: true })
  }
  return {
    folder: root,
    store: openStore(path.join(root, 'studio.db')),
    resolve: (relative) => path.join(root, relative),
    relative: (file) => path.relative(root, file).split(path.sep).join('/'),
  }
}

/** Folder of a run's checkpoints. */
export const runFolder = (runId: number) => `runs/${runId}`

/** Folder of an evaluation's maps and reconstructions. */
export const evaluationFolder = (runId: number, evaluationId: number) =>
  `runs/${runId}/evaluations/${evaluationId}`
