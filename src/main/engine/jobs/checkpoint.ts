/**
 * A training's state as one safetensors file: weights in the reference code's names and layouts, so that other
 * programs can read them, with `optimizer.m.*`, `optimizer.v.*` and `ema.*` beside them.
 */
import { createHash } from 'node:crypto'
import { readdir, rm } from 'node:fs/promises'
import path from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { runConfigSchema, type RunConfig } from '../../../shared/config/run-config.ts'
import { ORIGIN } from '../../../shared/core/origin.ts'
import { DdadError } from '../../../shared/errors.ts'
import type { WrittenFile } from '../../../shared/processes/engine.ts'
import { piecesOf, writeFileAtomic } from '../../files/files.ts'
import { elementCount, itemSize, withValues, type ArrayTensor } from '../formats/array-tensor.ts'
import { badFile } from '../formats/bad-file.ts'
import { fileBytes } from '../formats/byte-source.ts'
import { readSafetensors, writeSafetensors } from '../formats/safetensors.ts'
import { unetParameters } from '../nn/unet-parameters.ts'

const FORMAT = 'ddad-studio-unet'
const VERSION = '1'
const CUT_SHORT = /^unet-\d+\.safetensors\.\d+\.tmp$/

const prefixes = { m: 'optimizer.m.', v: 'optimizer.v.', ema: 'ema.' } as const

/** Tensors are in PyTorch's layouts. */
export interface Checkpoint {
  readonly config: RunConfig
  /** Optimiser steps done. */
  readonly step: number
  readonly weights: ReadonlyMap<string, ArrayTensor>
  readonly m: ReadonlyMap<string, ArrayTensor>
  readonly v: ReadonlyMap<string, ArrayTensor>
  /** Null when the run keeps no average. */
  readonly ema: ReadonlyMap<string, ArrayTensor> | null
}

/** Name of the file that a training writes after a step. */
export const checkpointName = (step: number): string =>
  `unet-${String(step).padStart(8, '0')}.safetensors`

/**
 * Writes `unet-<step>.safetensors` so that a crash leaves a whole file or none. The folder must exist;
 * older files are deleted by whoever has the new one on record.
 * @param origin where it came from, for a workspace that has lost its database; see `originText`
 */
export async function writeCheckpoint(
  folder: string,
  checkpoint: Checkpoint,
  origin: string | null = null,
): Promise<WrittenFile> {
  const tensors = new Map(checkpoint.weights)
  for (const part of ['m', 'v', 'ema'] as const)
    for (const [name, tensor] of checkpoint[part] ?? []) tensors.set(prefixes[part] + name, tensor)
  const content = writeSafetensors(tensors, {
    format: FORMAT,
    version: VERSION,
    step: String(checkpoint.step),
    config: JSON.stringify(checkpoint.config),
    sha256: await contentHash(tensors),
    ...(origin !== null && { [ORIGIN]: origin }),
  })
  return writeFileAtomic(path.join(folder, checkpointName(checkpoint.step)), content)
}

/** Bytes of a run's checkpoints but for their headers: weights and moments, and the average where there is one. */
export function checkpointBytes({ model, training }: RunConfig): number {
  const copies = training.emaDecay === null ? 3 : 4
  return unetParameters(model).reduce(
    (sum, { shape }) => sum + copies * itemSize('F32') * elementCount(shape)!,
    0,
  )
}

/**
 * @throws DdadError NOT_FOUND, or BAD_FILE when the file is damaged, no checkpoint or of a newer version
 */
export async function readCheckpoint(file: string): Promise<Checkpoint> {
  const { tensors, metadata } = readSafetensors(fileBytes(file), file)
  if (!isCheckpoint(metadata)) throw badFile(file, 'it is no checkpoint of a training')
  return parseCheckpoint(tensors, metadata, file)
}

/** Whether safetensors metadata is that of a checkpoint, and not of weights from elsewhere. */
export function isCheckpoint(metadata: Readonly<Record<string, string>>): boolean {
  return metadata['format'] === FORMAT
}

/**
 * A checkpoint from a file's content; verifies the content's hash, tensor by tensor. Throws DdadError BAD_FILE.
 */
export async function parseCheckpoint(
  tensors: ReadonlyMap<string, ArrayTensor>,
  metadata: Readonly<Record<string, string>>,
  file: string,
): Promise<Checkpoint> {
  if (metadata['version'] !== VERSION)
    throw badFile(file, `its format version ${metadata['version']} is not ${VERSION}`)
  if (metadata['sha256'] !== (await contentHash(tensors)))
    throw badFile(file, 'its content does not have the hash that was written with it')
  const step = Number(metadata['step'])
  if (!Number.isSafeInteger(step) || step < 0) throw badFile(file, 'it has no valid step')
  const parts = { weights: new Map(), m: new Map(), v: new Map(), ema: new Map() } as Record<
    'weights' | keyof typeof prefixes,
    Map<string, ArrayTensor>
  >
  for (const [name, tensor] of tensors) {
    const part = (['m', 'v', 'ema'] as const).find((each) => name.startsWith(prefixes[each]))
    if (part) parts[part].set(name.slice(prefixes[part].length), tensor)
    else parts.weights.set(name, tensor)
  }
  const { weights, m, v, ema } = parts
  return {
    config: parseConfig(metadata['config'], file),
    step,
    weights,
    m,
    v,
    ema: ema.size > 0 ? ema : null,
  }
}

/**
 * The first of several checkpoints that can be read; the others' errors go to `onDamaged`.
 *
 * @param files newest first
 * @returns null when `files` is empty
 * @throws DdadError BAD_FILE when there are files and none can be read
 */
export async function readNewest(
  files: readonly string[],
  onDamaged: (message: string) => void,
): Promise<Checkpoint | null> {
  for (const file of files) {
    try {
      return await readCheckpoint(file)
    } catch (error) {
      if (!(error instanceof DdadError)) throw error
      onDamaged(error.message)
    }
  }
  if (files.length === 0) return null
  throw new DdadError(
    'BAD_FILE',
    `None of the checkpoints can be read (${files.join(', ')}). They were left as they are. ` +
      'Restore one from a backup, or start a new run.',
  )
}

function parseConfig(text: string | undefined, file: string): RunConfig {
  try {
    return runConfigSchema.parse(JSON.parse(text ?? ''))
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw badFile(file, `its configuration is not valid: ${reason}`)
  }
}

/** Over names, shapes and values. Between two tensors other work goes on. */
async function contentHash(tensors: ReadonlyMap<string, ArrayTensor>): Promise<string> {
  const hash = createHash('sha256')
  for (const name of [...tensors.keys()].sort()) {
    const tensor = tensors.get(name)!
    hash.update(`${name}\n${tensor.shape.join()}\n`)
    withValues(tensor, ({ buffer, byteOffset, byteLength }) => {
      const bytes = new Uint8Array(buffer, byteOffset, byteLength)
      for (const piece of piecesOf([bytes])) hash.update(piece)
    })
    await setImmediate()
  }
  return hash.digest('hex')
}

/** Removes files that a killed process has cut short. Whole ones that nobody has on record are left alone. */
export async function clearCutShort(folder: string): Promise<void> {
  for (const name of await readdir(folder))
    if (CUT_SHORT.test(name)) await rm(path.join(folder, name), { force: true })
}
