/** The weights on disk that a run is evaluated with. */
import fs from 'node:fs'
import type { CheckpointId } from '../../../shared/core/ids.ts'
import type { Run } from '../../../shared/runs/run.ts'
import { DdadError } from '../../../shared/errors.ts'
import type { StoredCheckpoint } from '../../db/repos/checkpoints.ts'
import type { Workspace } from '../core/workspace.ts'

export interface RunWeights {
  readonly unet: StoredCheckpoint
  /** The adapted extractor; null scores with the frozen one. */
  readonly features: StoredCheckpoint | null
}

/** The newest checkpoint of a kind whose file is there; null where there is none. */
export function newestCheckpoint(
  { store, resolve }: Workspace,
  run: Run,
  kind: 'unet' | 'features',
): StoredCheckpoint | null {
  const stored = store.checkpoints.ofKind(run.id, kind)
  return stored.find(({ file }) => fs.existsSync(resolve(file))) ?? null
}

/**
 * A run's U-Net, the newest one or a named one, with its newest features.
 * @throws {DdadError} NOT_FOUND when its file is not there.
 */
export function weightsOf(
  workspace: Workspace,
  run: Run,
  id: CheckpointId | null = null,
): RunWeights {
  const { store, resolve } = workspace
  const unet =
    id === null
      ? newestCheckpoint(workspace, run, 'unet')
      : store.checkpoints.ofKind(run.id, 'unet').find((one) => one.id === id)
  if (!unet || !fs.existsSync(resolve(unet.file))) {
    throw new DdadError('NOT_FOUND', `${run.name} has no such checkpoint on disk. Train it first.`)
  }
  return { unet, features: newestCheckpoint(workspace, run, 'features') }
}
