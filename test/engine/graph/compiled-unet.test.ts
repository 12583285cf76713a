import { afterAll, describe, expect, it } from 'vitest'
import { addLossGradients } from '../../../src/main/engine/diffusion/loss.ts'
import { EagerTraining } from '../../../src/main/engine/diffusion/eager-training.ts'
import { CompiledTraining } from '../../../src/main/engine/graph/compiled-training.ts'
import { CompiledUnet } from '../../../src/main/engine/graph/compiled-unet.ts'
import { Adam } from '../../../src/main/engine/nn/adam.ts'
import { initialWeights } from '../../../src/main/engine/nn/initialise.ts'
import type { Weights } from '../../../src/main/engine/nn/layers.ts'
import { Tape } from '../../../src/main/engine/nn/tape.ts'
import { Unet } from '../../../src/main/engine/nn/unet.ts'
import { tf, type Tensor, type Tensor4D } from '../../../src/main/engine/tf.ts'
import { readGolden } from '../../support/safetensors.ts'
import { smallConfig } from '../jobs/training-support.ts'
import { goldenUnet, imagesOf, relativeError, valuesOf } from '../support.ts'

const golden = readGolden('unet.safetensors')
const x = imagesOf(golden('forward.x'))
const timesteps = Array.from(golden('forward.t').data, Number)

const masks = { seed: 0, step: 0, part: 0 }
const rate = 3e-4
const weightDecay = 0.05
const options = { weightDecay, emaDecay: 0.9 }
const startOf = (weights: Weights) => ({
  step: 0,
  weights,
  m: new Map(),
  v: new Map(),
  average: null,
})

describe('a compiled U-Net', () => {
  const unet = goldenUnet()
  afterAll(() => unet.dispose())

  it.each([1, 2, 8])('predicts in batches of %i what the network predicts', (batch) => {
    const compiled = new CompiledUnet(unet, batch)
    const actual = valuesOf(compiled.predict(x, timesteps))
    compiled.dispose()
    expect(relativeError(actual, valuesOf(unet.predict(x, timesteps)))).toBeLessThan(1e-5)
  })
})

describe('compiled training', () => {
  const unet = goldenUnet()
  const config = { ...unet.config, dropout: 0 }
  // One image at a time, while the reference takes the batch at once.
  const compiled = new CompiledTraining(config, startOf(unet.weights), options, 1)
  afterAll(() => {
    compiled.dispose()
    unet.dispose()
  })

  it.each([0, 1, 2])(
    'step %i has the loss, gradients, weights and average of the network',
    (step) => {
      const before = compiled.state()
      const adam = new Adam(
        before.weights,
        { learningRate: rate, weightDecay, decay: 'coupled' },
        before,
      )
      const reference = new Unet(config, before.weights)
      const batch = goldenBatch(step)
      const tape = new Tape(true)
      const expected = addLossGradients(reference, tape, batch, batch.steps.length, null)
      adam.update(before.weights, tape.gradients)
      const moments = adam.state()

      const loss = advance(compiled, step)
      const after = compiled.state()
      expect(Math.abs(loss - expected) / expected).toBeLessThan(1e-6)
      expect(after.step).toBe(step + 1)
      const correction1 = 1 - 0.9 ** after.step
      const correction2 = Math.sqrt(1 - 0.999 ** after.step)
      expectClose(after.m, moments.m)
      expectClose(after.v, moments.v)
      for (const [name, m] of after.m) {
        const v = after.v.get(name)!
        // Adam's step from these moments: where a gradient is rounding error, those of the reference may have another sign.
        const change = tf.div(
          tf.mul(m, rate / correction1),
          tf.add(tf.div(tf.sqrt(v), correction2), 1e-8),
        )
        const weight = tf.sub(before.weights.get(name)!, change)
        expect(error(after.weights.get(name)!, weight), name).toBeLessThan(1e-6)
        const average = tf.add(tf.mul(before.average!.get(name)!, 0.9), tf.mul(weight, 0.1))
        expect(error(after.average!.get(name)!, average), `average of ${name}`).toBeLessThan(1e-6)
      }
      tape.dispose()
      adam.dispose()
    },
  )
})

describe('compiled training of a network with every part', () => {
  // Built in a second, where the golden network takes ten.
  const { model } = smallConfig()
  const config = { ...model, dropout: 0 }
  // Convolutions that begin at zero would hide what is dropped before them.
  const weights = [...initialWeights(config, 1)].map(
    ([name, weight], i) =>
      [name, tf.add(weight, tf.randomNormal(weight.shape, 0, 0.05, 'float32', i))] as const,
  )
  const start = startOf(new Map(weights))

  it('continues from its state exactly, without sums of a pass that was given up', () => {
    const compiled = new CompiledTraining(config, start, options, 1)
    advance(compiled, 0)
    const resumed = new CompiledTraining(config, compiled.state(), options, 1)
    const { images, noise, steps } = goldenBatch(1)
    const first = (batch: Tensor4D) => tf.slice(batch, [0, 0, 0, 0], [1, -1, -1, -1])
    resumed.accumulate(
      { images: first(images), noise: first(noise), steps: steps.slice(0, 1) },
      1,
      masks,
    )
    resumed.forget()
    expect(advance(resumed, 2)).toBe(advance(compiled, 2))
    const [expected, actual] = [compiled.state(), resumed.state()]
    expect(actual.step).toBe(expected.step)
    for (const group of ['weights', 'm', 'v', 'average'] as const)
      for (const [name, tensor] of expected[group]!)
        expect(valuesOf(actual[group]!.get(name)!), name).toEqual(valuesOf(tensor))
    for (const each of [compiled, resumed]) each.dispose()
  })

  it('drops what the network drops, in any number of parts, and goes on after a change of their size', () => {
    const dropping = { ...config, dropout: 0.3 }
    const eager = new EagerTraining(dropping, start, options)
    const compiled = new CompiledTraining(dropping, start, options, 2)
    for (const step of [0, 1]) {
      if (step === 1) compiled.resize(3)
      const batch = goldenBatch(step)
      const key = { seed: 7, step, part: 0 }
      const expected = eager.accumulate(batch, batch.steps.length, key)
      const loss = compiled.accumulate(batch, batch.steps.length, key)
      if (step === 0) expect(Math.abs(loss - expected) / expected).toBeLessThan(1e-6)
      const norm = eager.apply(rate)
      if (step === 0) expect(Math.abs(compiled.apply(rate) / norm - 1)).toBeLessThan(1e-5)
    }
    const batch = goldenBatch(0)
    const lossOf = (seed: number) => {
      const loss = compiled.accumulate(batch, batch.steps.length, { seed, step: 0, part: 0 })
      compiled.forget()
      return loss
    }
    expect(lossOf(7)).toBe(lossOf(7))
    expect(lossOf(8)).not.toBe(lossOf(7))
    for (const each of [eager, compiled]) each.dispose()
  })
})

function advance(training: CompiledTraining, step: number): number {
  const { images, noise, steps } = goldenBatch(step)
  let loss = 0
  for (const [i, t] of steps.entries()) {
    const part = (batch: Tensor4D) => tf.slice(batch, [i, 0, 0, 0], [1, -1, -1, -1])
    loss += training.accumulate(
      { images: part(images), noise: part(noise), steps: [t] },
      steps.length,
      { ...masks, part: i },
    )
  }
  training.apply(rate)
  return loss
}

function goldenBatch(step: number) {
  return {
    images: imagesOf(golden(`train.${step}.x`)),
    noise: imagesOf(golden(`train.${step}.noise`)),
    steps: Array.from(golden(`train.${step}.t`).data, Number),
  }
}

/**
 * Equal to 1e-4 of a tensor's largest value. What is zero by its mathematics (the gradient of a bias before a
 * normalisation with one channel a group) is rounding error on both sides: up to 1e-6 of the network's largest.
 */
function expectClose(actual: ReadonlyMap<string, Tensor>, expected: ReadonlyMap<string, Tensor>) {
  expect([...actual.keys()]).toEqual([...expected.keys()])
  const whole = Math.max(...[...expected.values()].map(largest))
  for (const [name, tensor] of expected) {
    const difference = largest(tf.sub(actual.get(name)!, tensor))
    expect(difference, name).toBeLessThan(1e-4 * largest(tensor) + 1e-6 * whole)
  }
}

function largest(tensor: Tensor): number {
  return valuesOf(tf.max(tf.abs(tensor)))[0]!
}

function error(actual: Tensor, expected: Tensor): number {
  return relativeError(valuesOf(actual), valuesOf(expected))
}
