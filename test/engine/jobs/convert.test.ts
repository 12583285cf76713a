import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { presets } from '../../../src/shared/config/presets.ts'
import type { ArrayTensor } from '../../../src/main/engine/formats/array-tensor.ts'
import { fileBytes } from '../../../src/main/engine/formats/byte-source.ts'
import { writeSafetensors } from '../../../src/main/engine/formats/safetensors.ts'
import { readTorch } from '../../../src/main/engine/formats/torch.ts'
import { convert } from '../../../src/main/engine/jobs/convert.ts'
import { randomResNet50 } from '../../support/random-resnet50.ts'
import { bytesOf } from '../../support/bytes-of.ts'

const golden = path.join(import.meta.dirname, '../../fixtures/golden/unet.pth')

/** The same tensors, one of which holds a value that is no number. */
function poisoned(tensors: ReadonlyMap<string, ArrayTensor>, name: string, value: number) {
  const { dtype, shape, data } = tensors.get(name)!
  const changed = Float32Array.from(data as Float32Array)
  changed[changed.length - 1] = value
  return new Map([...tensors, [name, { dtype, shape, data: changed }] as const])
}

it.each([
  ['unet', NaN, 'NaN'],
  ['unet', -Infinity, '-Infinity'],
  ['features', NaN, 'NaN'],
] as const)(
  'refuses a %s that holds %s, naming the tensor, and writes nothing',
  async (part, value, shown) => {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'ddad-convert-'))
    onTestFinished(() => fs.rmSync(folder, { recursive: true, force: true }))
    const file = path.join(folder, `${part}.safetensors`)
    const whole = part === 'unet' ? readTorch(fileBytes(golden), golden) : randomResNet50()
    const name = [...whole].find(([, { dtype }]) => dtype === 'F32')![0]
    fs.writeFileSync(file, bytesOf(writeSafetensors(poisoned(whole, name, value))))
    const out = path.join(folder, 'out')
    const input = { config: presets.tiny, step: 1, folder: out }
    const parts =
      part === 'unet'
        ? { unet: file, features: null }
        : { unet: golden, features: { file, epoch: 1 } }
    await expect(convert({ ...input, ...parts })).rejects.toMatchObject({
      code: 'BAD_FILE',
      message: expect.stringMatching(
        new RegExp(`${part}\\.safetensors cannot be read: tensor "[^"]+" holds ${shown} \\(1 of`),
      ) as string,
    })
    expect(fs.readdirSync(out)).toEqual([])
  },
)
