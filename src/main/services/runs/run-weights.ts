/** The weights on disk that a run is evaluated with. */
import fs from 'node:fs'
import type { CheckpointId } from '../../../shared/core/ids.ts'
import type { Run } from '../../../shared/runs/run.ts'
import { DdadError } from '../../../shared/errors.ts'
import type { MethodSource } from '../../../shared/processes/engine.ts'
import { findExtractor, frozenExtractor } from '../core/weights.ts'
import type { StoredCheckpoint } from '../../db/repos/checkpoints.ts'
import type { Workspace } from '../core/workspace.ts'

export interface RunWeights {
  readonly unet: StoredCheckpoint
  /** The adapted extractor; null scores with the frozen one. */
  readonly features: StoredCheckpoint | null
}

/**
 * What the engine makes a run's maps with. The checkpoint of kind `unet` is the method's own: DDAD's network or
 * PatchCore's memory bank.
 * @throws {DdadError} WEIGHTS_MISSING where the frozen extractor is needed and not there
 */
export function sourceOf(
  { resolve, folder }: Workspace,
  { config }: Run,
  { unet, features }: RunWeights,
): MethodSource {
  const { method, extractor } = config
  if (method === 'patchcore')
    return { method, bank: resolve(unet.file), extractor: findExtractor(extractor, folder) }
  return {
    method,
    unet: resolve(unet.file),
    extractor: frozenExtractor(extractor, folder, features),
    features: features && resolve(features.file),
  }
}

/** @throws {DdadError} CONFLICT where a run's method has no diffusion that a T′ could be chosen for. */
export function requireDiffusion({ name, config }: Run): void {
  if (config.method === 'ddad') return
  throw new DdadError(
    'CONFLICT',
    `${name} is of PatchCore, which has no start step and no reconstruction by steps. Choose a run of DDAD.`,
  )
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
