import { readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { readSafetensors, writeSafetensors } from '../../../src/main/engine/formats/safetensors.ts'
import { tensors } from '../../../src/main/engine/jobs/tensors.ts'
import { tensorCount } from '../../../src/main/engine/tf.ts'
import { writeFileAtomic } from '../../../src/main/files/files.ts'
import { relativeError } from '../support.ts'
import { temporaryFolder } from './training-support.ts'

const golden = (name: string) => path.join(import.meta.dirname, '../../fixtures/golden', name)
const read = (file: string) => readSafetensors(readFileSync(file), file).tensors
const folder = temporaryFolder()
const output = path.join(folder, 'out.safetensors')

describe('named tensor computations', () => {
  it.each([
    ['forward', 'unet', ['forward.eps'], 1e-4],
    ['features', 'resnet', [1, 2, 3].map((layer) => `eval.layer${layer}`), 1e-4],
    ['heatmap', 'resnet', ['feature', 'pixel', 'combined', 'blurred'].map((x) => `map.${x}`), 5e-4],
    [
      'metrics',
      null,
      [
        ...['image_auroc', 'image_ap', 'image_f1max', 'pixel_auroc', 'pixel_ap', 'pixel_f1max'],
        ...['aupro_0.3', 'aupro_0.05'],
      ],
      1e-6,
    ],
  ] as const)('%s gives the reference values by name', async (what, network, names, bound) => {
    const before = tensorCount()
    const input = golden(`${network ?? 'scoring'}.safetensors`)
    const weights = network && golden(`${network}.pth`)
    expect((await tensors({ what, weights, input, output })).names).toEqual(names)
    expect(tensorCount()).toBe(before)
    const [results, expected] = [read(output), read(input)]
    expect([...results.keys()].sort()).toEqual([...names].sort())
    for (const name of names) {
      const [actual, reference] = [results.get(name)!, expected.get(name)!]
      expect(actual.shape, name).toEqual(reference.shape)
      const error = relativeError(
        Float64Array.from(actual.data as Float32Array),
        reference.data as Float32Array,
      )
      expect(error, name).toBeLessThan(bound)
    }
  })

  it('reconstructs what the file has all inputs of, and nothing else', async () => {
    const all = read(golden('unet.safetensors'))
    const input = path.join(folder, 'one.safetensors')
    const wanted = /^forward\.x$|^reconstruct\.(a\.(params|target|noise0)|d\.)/
    const some = [...all].filter(([name]) => wanted.test(name))
    await writeFileAtomic(input, writeSafetensors(new Map(some)))
    const call = { what: 'reconstruct', weights: golden('unet.pth'), input, output } as const
    expect((await tensors(call)).names).toEqual(['reconstruct.d.x0'])
    const actual = read(output).get('reconstruct.d.x0')!.data as Float32Array
    const expected = all.get('reconstruct.d.x0')!.data as Float32Array
    expect(relativeError(actual, expected)).toBeLessThan(1e-3)
  })

  it('says which tensor is missing', async () => {
    const input = path.join(folder, 'partial.safetensors')
    const all = read(golden('unet.safetensors'))
    await writeFileAtomic(input, writeSafetensors(new Map([['forward.x', all.get('forward.x')!]])))
    const call = { what: 'forward', weights: golden('unet.pth'), input, output } as const
    await expect(tensors(call)).rejects.toMatchObject({
      code: 'BAD_FILE',
      message: expect.stringMatching(/partial\.safetensors.*"forward\.t"/),
    })
  })

  it('asks for weights where they are needed', async () => {
    const call = {
      what: 'features',
      weights: null,
      input: golden('resnet.safetensors'),
      output,
    } as const
    await expect(tensors(call)).rejects.toMatchObject({ code: 'INVALID_INPUT' })
  })
})
