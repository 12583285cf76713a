import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { createExtractor } from '../../../src/main/engine/features/extractor.ts'
import { readKerasResNet50 } from '../../../src/main/engine/features/keras-resnet50.ts'
import { tf, type Tensor1D, type Tensor4D } from '../../../src/main/engine/tf.ts'
import { Random } from '../../../src/shared/random.ts'
import { relativeError, valuesOf } from '../support.ts'

const EPSILON = 1e-3

/** Weights of a network of Keras' names with one block per stage, in two shards. */
function writeNetwork(): {
  folder: string
  weights: Map<string, { shape: number[]; data: Float32Array }>
} {
  const random = new Random(3)
  const weights = new Map<string, { shape: number[]; data: Float32Array }>()
  const add = (name: string, shape: number[], low: number, high: number) => {
    const length = shape.reduce((product, side) => product * side, 1)
    const data = Float32Array.from({ length }, () => random.between(low, high))
    weights.set(name, { shape, data })
  }
  const unit = (conv: string, norm: string, kernel: number, inputs: number, outputs: number) => {
    add(`${conv}/kernel`, [kernel, kernel, inputs, outputs], -0.3, 0.3)
    add(`${conv}/bias`, [outputs], -1, 1)
    add(`${norm}/gamma`, [outputs], 0.5, 1.5)
    add(`${norm}/beta`, [outputs], -0.5, 0.5)
    add(`${norm}/moving_mean`, [outputs], -1, 1)
    add(`${norm}/moving_variance`, [outputs], 0.5, 2)
  }
  unit('conv1', 'bn_conv1', 7, 3, 4)
  for (const stage of [2, 3, 4]) {
    const inputs = stage === 2 ? 4 : 8
    unit(`res${stage}a_branch2a`, `bn${stage}a_branch2a`, 1, inputs, 4)
    unit(`res${stage}a_branch2b`, `bn${stage}a_branch2b`, 3, 4, 4)
    unit(`res${stage}a_branch2c`, `bn${stage}a_branch2c`, 1, 4, 8)
    unit(`res${stage}a_branch1`, `bn${stage}a_branch1`, 1, inputs, 8)
  }
  add('fc1000/kernel', [8, 10], -1, 1)

  const folder = mkdtempSync(path.join(tmpdir(), 'ddad-keras-'))
  const bytes = Buffer.concat([...weights.values()].map(({ data }) => Buffer.from(data.buffer)))
  writeFileSync(path.join(folder, 'shard1.bin'), bytes.subarray(0, 1001))
  writeFileSync(path.join(folder, 'shard2.bin'), bytes.subarray(1001))
  const layers = [
    { class_name: 'BatchNormalization', config: { name: 'bn_conv1', epsilon: EPSILON } },
  ]
  const model = {
    modelTopology: { model_config: { config: { layers } } },
    weightsManifest: [
      {
        paths: ['shard1.bin', 'shard2.bin'],
        weights: [...weights].map(([name, { shape }]) => ({ name, shape, dtype: 'float32' })),
      },
    ],
  }
  writeFileSync(path.join(folder, 'model.json'), JSON.stringify(model))
  return { folder, weights }
}

describe("Keras' ResNet-50", () => {
  it('computes what Keras does: biases, stride in the 1×1, BGR less the mean', async () => {
    const { folder, weights } = writeNetwork()
    const size = 64
    const random = new Random(5)
    const pixels = Float32Array.from({ length: 2 * size * size * 3 }, () => random.integer(256))

    /** Convolution with bias and batch normalisation, in the order Keras has them. */
    const unit = (
      x: Tensor4D,
      part: string,
      stride: number,
      pad: 'same' | 'valid',
      relu = true,
    ) => {
      const conv = part === 'conv1' ? 'conv1' : `res${part}`
      const norm = part === 'conv1' ? 'bn_conv1' : `bn${part}`
      const tensor = (name: string) => {
        const { shape, data } = weights.get(name)!
        return tf.tensor(data, shape)
      }
      const convolved = tf.add(
        tf.conv2d(x, tensor(`${conv}/kernel`) as Tensor4D, stride, pad),
        tensor(`${conv}/bias`),
      )
      const deviation = tf.sqrt(tf.add(tensor(`${norm}/moving_variance`), EPSILON))
      const normalised = tf.div(tf.sub(convolved, tensor(`${norm}/moving_mean`)), deviation)
      const y = tf.add(tf.mul(normalised, tensor(`${norm}/gamma`)), tensor(`${norm}/beta`))
      return (relu ? tf.relu(y) : y) as Tensor4D
    }
    const zeros = (x: Tensor4D, n: number) =>
      tf.pad(x, [
        [0, 0],
        [n, n],
        [n, n],
        [0, 0],
      ])

    const expected = tf.tidy(() => {
      const rgb = tf.tensor4d(pixels, [2, size, size, 3])
      const bgr = tf.sub(tf.reverse(rgb, 3), tf.tensor1d([103.939, 116.779, 123.68]) as Tensor1D)
      const stem = unit(zeros(bgr as Tensor4D, 3), 'conv1', 2, 'valid')
      let x = tf.maxPool(zeros(stem, 1), 3, 2, 'valid')
      return [2, 3, 4].map((stage) => {
        const stride = stage === 2 ? 1 : 2
        const a = unit(x, `${stage}a_branch2a`, stride, 'valid')
        const b = unit(a, `${stage}a_branch2b`, 1, 'same')
        const c = unit(b, `${stage}a_branch2c`, 1, 'valid', false)
        const shortcut = unit(x, `${stage}a_branch1`, stride, 'valid', false)
        x = tf.relu(tf.add(c, shortcut))
        return x
      })
    })

    const extractor = createExtractor(await readKerasResNet50(folder))
    const images = tf.sub(tf.div(tf.tensor4d(pixels, [2, size, size, 3]), 127.5), 1) as Tensor4D
    const stages = extractor.stages(extractor.normalise(images))
    for (const [i, stage] of stages.entries()) {
      expect(stage.shape).toEqual(expected[i]!.shape)
      expect(relativeError(valuesOf(stage), valuesOf(expected[i]!))).toBeLessThan(1e-5)
    }
  })

  it('refuses a folder whose shards are cut off, naming the weight', async () => {
    const { folder } = writeNetwork()
    writeFileSync(path.join(folder, 'shard2.bin'), new Uint8Array(8))
    await expect(readKerasResNet50(folder)).rejects.toMatchObject({
      code: 'BAD_FILE',
      message: expect.stringMatching(/model\.json.*shards end at byte 1009/),
    })
  })

  it('refuses a shard outside its folder', async () => {
    const { folder } = writeNetwork()
    const file = path.join(folder, 'model.json')
    writeFileSync(
      file,
      JSON.stringify({
        modelTopology: { model_config: { config: { layers: [] } } },
        weightsManifest: [{ paths: ['../secret.bin'], weights: [] }],
      }),
    )
    await expect(readKerasResNet50(folder)).rejects.toMatchObject({ code: 'BAD_FILE' })
  })
})
