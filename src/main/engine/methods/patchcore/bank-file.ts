/** A memory bank as one safetensors file. */
import path from 'node:path'
import { ORIGIN } from '../../../../shared/core/origin.ts'
import type { RunConfig } from '../../../../shared/config/run-config.ts'
import type { WrittenFile } from '../../../../shared/processes/engine.ts'
import { writeFileAtomic } from '../../../files/files.ts'
import {
  type ArrayTensor,
  float32Tensor,
  storedTensor,
  toFloat32,
} from '../../formats/array-tensor.ts'
import { badFile } from '../../formats/bad-file.ts'
import { fileBytes } from '../../formats/byte-source.ts'
import { readSafetensors, writeSafetensors } from '../../formats/safetensors.ts'

const FORMAT = 'ddad-studio-patchcore'
const VERSION = '1'
/** Pixels of a cell of layer2, each way. */
export const CELL = 8

export interface Bank {
  /** [M, D] */
  readonly values: Float32Array
  readonly dimension: number
  /** RGB of the cell in the middle of each vector's patch, [M, cell, cell, 3]; for looking at only. */
  readonly cells: Uint8Array
  /** The image that each vector is of, [M]: a position in `keys`. */
  readonly images: Int32Array
  /** Two integers of each image, which its pixels give; see `imageKey`. */
  readonly keys: Int32Array
  /** Side S of the images that it was made of. */
  readonly imageSize: number
  /** Of a query's nearest vectors that its score is the mean over. */
  readonly neighbours: number
}

const bytesOf = (values: Int32Array) => new Uint8Array(Int32Array.from(values).buffer)

/** Writes `bank-<vectors>.safetensors` so that a crash leaves a whole file or none. */
export async function writeBank(
  folder: string,
  { values, dimension, cells, images, keys, imageSize, neighbours }: Bank,
  config: RunConfig,
  origin: string | null,
): Promise<WrittenFile> {
  const count = values.length / dimension
  const shape = [count, CELL, CELL, 3]
  const tensors = new Map<string, ArrayTensor>([
    ['bank', float32Tensor([count, dimension], values)],
    ['cells', storedTensor('U8', shape, () => Uint8Array.from(cells))],
    ['images', storedTensor('I32', [count], () => bytesOf(images))],
    ['keys', storedTensor('I32', [keys.length / 2, 2], () => bytesOf(keys))],
  ])
  const content = writeSafetensors(tensors, {
    ...{ format: FORMAT, version: VERSION, config: JSON.stringify(config) },
    ...{ imageSize: String(imageSize), neighbours: String(neighbours) },
    ...(origin !== null && { [ORIGIN]: origin }),
  })
  return writeFileAtomic(path.join(folder, `bank-${count}.safetensors`), content)
}

/** @throws DdadError NOT_FOUND, or BAD_FILE when the file is no memory bank, damaged or of a newer version */
export function readBank(file: string): Bank {
  const { tensors, metadata } = readSafetensors(fileBytes(file), file)
  if (metadata['format'] !== FORMAT) throw badFile(file, 'it is no memory bank of PatchCore')
  if (metadata['version'] !== VERSION)
    throw badFile(file, `its format version ${metadata['version']} is not ${VERSION}`)
  const stored = tensors.get('bank')
  const [count = 0, dimension = 0] = stored?.shape ?? []
  const imageSize = Number(metadata['imageSize'])
  const neighbours = Number(metadata['neighbours'])
  const whole = [count, dimension, imageSize, neighbours].every((n) => Number.isInteger(n) && n > 0)
  const integers = (name: string) => {
    const data = tensors.get(name)?.data
    return data instanceof Int32Array ? data : new Int32Array()
  }
  const [images, keys] = [integers('images'), integers('keys')]
  const cells = tensors.get('cells')?.data
  const pictured = cells instanceof Uint8Array && cells.length === count * CELL * CELL * 3
  if (!stored || stored.shape.length !== 2 || !whole || !pictured || images.length !== count)
    throw badFile(file, 'it is not complete')
  return { values: toFloat32(stored), dimension, cells, images, keys, imageSize, neighbours }
}
