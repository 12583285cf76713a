/** What a run at full size needs: photographs, extractors' weights and files in the authors' form, all seeded. */
import fs from 'node:fs'
import path from 'node:path'
import type { ExtractorName } from '../../src/shared/config/run-config.ts'
import { Random } from '../../src/shared/random.ts'
import { encodeGreyPng, encodeRgbPng } from '../../src/main/decode/png.ts'
import type { ArrayTensor } from '../../src/main/engine/formats/array-tensor.ts'
import { writeSafetensors } from '../../src/main/engine/formats/safetensors.ts'
import { writeFileAtomic } from '../../src/main/files/files.ts'
import { ArchiveWriter } from '../../src/main/services/exchange/archive/archive-writer.ts'
import { zipStateDict } from '../support/torch-file.ts'

const SIDE = 300

/** MVTec AD's layout: two nominal images to train on, three nominal and three defective ones to test. */
export function writeImages(root: string): void {
  const put = (name: string, bytes: Uint8Array) => {
    const file = path.join(root, 'bottle', name)
    fs.mkdirSync(path.dirname(file), { recursive: true })
    fs.writeFileSync(file, bytes)
  }
  const mask = new Uint8Array(SIDE * SIDE)
  for (let y = 120; y < 160; y++) mask.fill(255, y * SIDE + 100, y * SIDE + 150)
  for (let n = 0; n < 2; n++) put(`train/good/00${n}.png`, picture(n, null))
  for (let n = 0; n < 3; n++) {
    put(`test/good/00${n}.png`, picture(10 + n, null))
    put(`test/broken/00${n}.png`, picture(20 + n, mask))
    put(`ground_truth/broken/00${n}_mask.png`, encodeGreyPng(mask, SIDE, SIDE))
  }
}

/** A ring on a grey ground with some noise; bright where the mask is. */
function picture(seed: number, mask: Uint8Array | null): Uint8Array {
  const random = new Random(seed)
  const data = new Uint8Array(SIDE * SIDE * 3)
  for (let i = 0; i < SIDE * SIDE; i++) {
    const [y, x] = [Math.floor(i / SIDE) - SIDE / 2, (i % SIDE) - SIDE / 2]
    const ring = Math.abs(Math.hypot(x, y) - 100) < 30
    const level = mask?.[i] ? 230 : ring ? 150 : 60
    data.fill(level + random.integer(16), 3 * i, 3 * i + 3)
  }
  return encodeRgbPng({ width: SIDE, height: SIDE, data })
}

const shapes: Readonly<Record<string, { blocks: readonly number[]; width: number }>> = {
  wide_resnet50_2: { blocks: [3, 4, 6, 3], width: 128 },
  wide_resnet101_2: { blocks: [3, 4, 23, 3], width: 128 },
}

/** All of torchvision's network, the classifier included, with random weights that keep values in bounds. */
export function torchvisionWeights(name: ExtractorName, seed: number): Map<string, ArrayTensor> {
  const { blocks, width } = shapes[name]!
  const tensors = new Map<string, ArrayTensor>()
  let next = 0
  const put = (key: string, shape: number[], low: number, high: number) => {
    const stream = next++
    tensors.set(key, {
      dtype: 'F32',
      shape,
      get data() {
        const random = new Random(seed, stream)
        const length = shape.reduce((product, side) => product * side, 1)
        return Float32Array.from({ length }, () => random.between(low, high))
      },
    })
  }
  const unit = (conv: string, norm: string, outputs: number, inputs: number, kernel: number) => {
    const bound = Math.sqrt(6 / (inputs * kernel * kernel))
    put(`${conv}.weight`, [outputs, inputs, kernel, kernel], -bound, bound)
    // What ends a block is small, so that a hundred layers do not add up.
    const scale = conv.endsWith('conv3') ? 0.2 : 1
    put(`${norm}.weight`, [outputs], 0.9 * scale, 1.1 * scale)
    put(`${norm}.bias`, [outputs], -0.1, 0.1)
    put(`${norm}.running_mean`, [outputs], -0.1, 0.1)
    put(`${norm}.running_var`, [outputs], 0.9, 1.1)
  }
  unit('conv1', 'bn1', 64, 3, 7)
  let channels = 64
  for (const [stage, count] of blocks.entries())
    for (let block = 0; block < count; block++) {
      const [place, inner, outer] = [
        `layer${stage + 1}.${block}`,
        width * 2 ** stage,
        256 * 2 ** stage,
      ]
      unit(`${place}.conv1`, `${place}.bn1`, inner, channels, 1)
      unit(`${place}.conv2`, `${place}.bn2`, inner, inner, 3)
      unit(`${place}.conv3`, `${place}.bn3`, outer, inner, 1)
      if (block === 0) unit(`${place}.downsample.0`, `${place}.downsample.1`, outer, channels, 1)
      channels = outer
    }
  put('fc.weight', [1000, channels], -0.02, 0.02)
  put('fc.bias', [1000], -0.02, 0.02)
  return tensors
}

export async function writeExtractor(folder: string, name: ExtractorName): Promise<void> {
  fs.mkdirSync(folder, { recursive: true })
  const content = writeSafetensors(torchvisionWeights(name, 1))
  await writeFileAtomic(path.join(folder, `${name}.safetensors`), content)
}

/** As the authors' code writes it: a zip of PyTorch's, every name after DataParallel's `module.`. */
export async function writeAuthorsFile(
  file: string,
  tensors: ReadonlyMap<string, ArrayTensor>,
): Promise<void> {
  const archive = await ArchiveWriter.create(file)
  const named = new Map([...tensors].map(([name, tensor]) => [`module.${name}`, tensor]))
  await archive.add('archive/data.pkl', zipStateDict(named))
  let key = 0
  for (const { data } of named.values())
    await archive.add(
      `archive/data/${key++}`,
      new Uint8Array(data.buffer, data.byteOffset, data.byteLength),
    )
  await archive.finish()
}
