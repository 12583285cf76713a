import { afterAll, describe, expect, it } from 'vitest'
import { addLossGradients } from '../../../src/main/engine/diffusion/loss.ts'
import { Adam } from '../../../src/main/engine/nn/adam.ts'
import { toTorch } from '../../../src/main/engine/nn/layout.ts'
import { Tape } from '../../../src/main/engine/nn/tape.ts'
import { unetParameters } from '../../../src/main/engine/nn/unet-parameters.ts'
import { tensorCount, tf } from '../../../src/main/engine/tf.ts'
import { readGolden } from '../../support/safetensors.ts'
import { goldenUnet, imagesOf, inTorchOrder, relativeError } from '../support.ts'

const golden = readGolden('unet.safetensors')
const unet = goldenUnet()
afterAll(() => unet.dispose())

describe('the U-Net against PyTorch', () => {
  it('infers the configuration of a state dict', () => {
    expect(unet.config).toMatchObject({ imageSize: 32, baseChannels: 32, heads: 2 })
    expect(unet.weights.size).toBe(unetParameters(unet.config).length)
  })

  it('predicts the same noise', () => {
    const x = imagesOf(golden('forward.x'))
    const predicted = unet.predict(x, Array.from(golden('forward.t').data, Number))
    expect(relativeError(inTorchOrder(predicted), floats('forward.eps'))).toBeLessThan(1e-4)
    // The weights are in TensorFlow now; from here on a pass leaves its result only.
    const before = tensorCount()
    const again = unet.predict(x, Array.from(golden('forward.t').data, Number))
    expect(tensorCount()).toBe(before + 1)
    tf.dispose([x, predicted, again])
  })

  it('predicts the same with and without recording', () => {
    const x = imagesOf(golden('forward.x'))
    const steps = Array.from(golden('forward.t').data, Number)
    const tape = new Tape(true)
    const recorded = tf.tidy(() => inTorchOrder(unet.predictRecorded(tape, x, steps, null)))
    tape.dispose()
    expect(recorded).toEqual(inTorchOrder(unet.predict(x, steps)))
  })
})

describe('training steps against PyTorch', () => {
  const gradients = [
    'down.0.0.weight',
    'down.1.0.in_layers.0.weight',
    'middle.1.proj_out.bias',
    'middle.1.to_qkv.weight',
    'out.2.bias',
    'out.2.weight',
    'time_embedding.1.weight',
  ]
  const trained = goldenUnet()
  const adam = new Adam(trained.weights, {
    learningRate: 3e-4,
    weightDecay: 0.05,
    decay: 'coupled',
  })
  const shapes = new Map(unetParameters(trained.config).map(({ name, shape }) => [name, shape]))
  afterAll(() => {
    adam.dispose()
    trained.dispose()
  })

  it.each([0, 1, 2])('step %i has the same loss, gradients and new weights', (step) => {
    const batch = {
      images: imagesOf(golden(`train.${step}.x`)),
      noise: imagesOf(golden(`train.${step}.noise`)),
      steps: Array.from(golden(`train.${step}.t`).data, Number),
    }
    const tape = new Tape(true)
    const loss = addLossGradients(trained, tape, batch, batch.steps.length, null)
    const expected = floats(`train.${step}.loss`)[0]!
    expect(Math.abs(loss - expected) / expected).toBeLessThan(1e-5)
    expect([...tape.gradients.keys()].sort()).toEqual([...trained.weights.keys()].sort())
    for (const name of gradients) {
      const gradient = toTorch(tape.gradients.get(name)!, shapes.get(name)!)
      const error = relativeError(
        gradient.data as Float32Array,
        floats(`train.${step}.grad.${name}`),
      )
      expect(error, `gradient of ${name}`).toBeLessThan(1e-3)
    }

    const old = trained.weights
    trained.weights = adam.update(old, tape.gradients)
    tf.dispose([...old.values()])
    tape.dispose()
    for (const name of gradients) {
      const weight = toTorch(trained.weights.get(name)!, shapes.get(name)!)
      const error = relativeError(
        weight.data as Float32Array,
        floats(`train.${step}.param.${name}`),
      )
      expect(error, `weight ${name}`).toBeLessThan(1e-3)
    }
  })
})

function floats(name: string): Float32Array {
  return golden(name).data as Float32Array
}
