import {
  existsSync,
  readdirSync,
  readFileSync,
  truncateSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs'
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { readCheckpoint } from '../../../src/main/engine/jobs/checkpoint.ts'
import { Trainer } from '../../../src/main/engine/jobs/trainer.ts'
import { TrainingImages } from '../../../src/main/engine/jobs/training-images.ts'
import { TrainingPlan } from '../../../src/main/engine/jobs/training-plan.ts'
import { loadUnet } from '../../../src/main/engine/jobs/unet-file.ts'
import { dropoutMask } from '../../../src/main/engine/nn/dropout.ts'
import { tensorCount, tf } from '../../../src/main/engine/tf.ts'
import type { MetricPoint } from '../../../src/shared/runs/run.ts'
import type { EngineImage } from '../../../src/shared/processes/engine.ts'
import { live, lossesOf } from './killed-training.ts'
import { runTraining, smallConfig, temporaryFolder, writeImages } from './training-support.ts'

let nominal: EngineImage[]
beforeAll(() => {
  nominal = writeImages(temporaryFolder(), 10)
})

afterEach(() => void vi.unstubAllEnvs())

describe.each(['compiled', 'operation by operation'])('training, %s,', (way) => {
  beforeEach(() => void vi.stubEnv('DDAD_EAGER', way === 'compiled' ? '' : '1'))

  it('learns, reports every step and ends with a checkpoint', async () => {
    const config = smallConfig({ epochs: 40, learningRate: 2e-3, checkpointEverySteps: 30 })
    const folder = temporaryFolder()
    const { output, losses, files, events, warnings } = await runTraining({
      config,
      nominal,
      folder,
    })
    expect(output).toEqual({ state: 'finished', step: 80, totalSteps: 80 })
    expect(warnings).toEqual([])
    expect(losses).toHaveLength(80)
    expect(mean(losses.slice(-20))).toBeLessThan(0.7 * mean(losses.slice(0, 10)))
    expect(files.map((file) => file.slice(-20))).toEqual(
      ['00000030', '00000060', '00000080'].map((step) => `${step}.safetensors`),
    )
    // They are deleted by whoever records their successors.
    expect(readdirSync(folder)).toHaveLength(3)
    const last = events.findLast((event) => event.type === 'progress')
    expect(last?.progress).toMatchObject({ done: 80, total: 80, secondsLeft: 0 })
  })

  it('gives bit-identical weights when it is stopped and continued', async () => {
    const config = smallConfig({ epochs: 4 })
    const whole = await runTraining({ config, nominal, folder: temporaryFolder() })
    const folder = temporaryFolder()
    const first = await runTraining({ config, nominal, folder, endAt: { step: 1, mode: 'stop' } })
    expect(first.output.state).toBe('stopped')
    expect(first.output.step).toBeLessThan(8)
    const rest = await runTraining({ config, nominal, folder, checkpoints: first.files })
    expect(rest.output).toEqual({ state: 'finished', step: 8, totalSteps: 8 })
    expect([...first.losses, ...rest.losses]).toEqual(whole.losses)
    expect(readFileSync(rest.files[0]!).equals(readFileSync(whole.files[0]!))).toBe(true)
  })
})

describe('training, compiled,', () => {
  it('goes on with bit-identical weights after it was killed, in the writing of a checkpoint too', async () => {
    const small = smallConfig({ epochs: 12, checkpointEverySteps: 1 })
    // Compiled four times: one level is enough.
    const config = { ...small, model: { ...small.model, multipliers: [1], attentionAt: [] } }
    vi.stubEnv('DDAD_EAGER', '')
    const whole = await runTraining({ config, nominal, folder: temporaryFolder() })
    const folder = temporaryFolder()
    const losses: MetricPoint[] = []
    let checkpoints: string[] = []
    for (const whileWriting of [false, true]) {
      const job = { config, nominal, folder, checkpoints, eager: false }
      // One of the first six events at least is a checkpoint.
      const kill = { afterEvents: 6, milliseconds: 10, whileWriting }
      const { lines, killed } = await live(job, kill)
      expect(killed).toBe(true)
      losses.push(...lossesOf(lines))
      const written = lines.flatMap((line) =>
        line.type === 'checkpoint' ? [line.written.file] : [],
      )
      checkpoints = [...written.toReversed(), ...checkpoints].filter((file) => existsSync(file))
      expect(checkpoints).not.toEqual([])
    }
    const rest = await runTraining({ config, nominal, folder, checkpoints })
    expect(rest.output).toEqual({ state: 'finished', step: 24, totalSteps: 24 })
    for (const { step, value } of losses) expect(value).toBe(whole.losses[step - 1])
    expect(rest.losses).toEqual(whole.losses.slice(-rest.losses.length))
    expect(readFileSync(rest.files.at(-1)!).equals(readFileSync(whole.files.at(-1)!))).toBe(true)
  })
})

describe('training', () => {
  beforeEach(() => void vi.stubEnv('DDAD_EAGER', '1'))

  it('continues from the checkpoint before when the newest is damaged', async () => {
    const config = smallConfig({ epochs: 3, checkpointEverySteps: 3 })
    const folder = temporaryFolder()
    const whole = await runTraining({ config, nominal, folder })
    const [older, newest] = whole.files as [string, string]
    const bytes = readFileSync(newest)
    bytes[bytes.length - 1]! ^= 1
    writeFileSync(newest, bytes)
    const again = await runTraining({ config, nominal, folder, checkpoints: [newest, older] })
    expect(again.warnings).toEqual([expect.stringContaining(newest)])
    expect(again.losses).toEqual(whole.losses.slice(3))
    truncateSync(older, 1000)
    writeFileSync(newest, bytes)
    const lost = runTraining({ config, nominal, folder, checkpoints: [newest, older] })
    await expect(lost).rejects.toMatchObject({ code: 'BAD_FILE' })
  })

  it('ends without a checkpoint when it is cancelled', async () => {
    const config = smallConfig({ epochs: 20 })
    const folder = temporaryFolder()
    const endAt = { step: 2, mode: 'cancel' as const }
    await expect(runTraining({ config, nominal, folder, endAt })).rejects.toMatchObject({
      code: 'CANCELLED',
    })
    expect(readdirSync(folder)).toEqual([])
  })

  it('says at which step it diverged', async () => {
    const config = smallConfig({ epochs: 20, learningRate: 1e30 })
    await expect(runTraining({ config, nominal, folder: temporaryFolder() })).rejects.toThrow(
      /loss of step [23] is (NaN|Infinity)/,
    )
  })

  it('fills a batch from fewer images', async () => {
    const config = smallConfig({ epochs: 3 })
    const folder = temporaryFolder()
    const { output, losses } = await runTraining({ config, nominal: nominal.slice(0, 3), folder })
    expect(output).toEqual({ state: 'finished', step: 3, totalSteps: 3 })
    expect(losses.every(Number.isFinite)).toBe(true)
  })

  it('refuses a checkpoint of another network and a category without images', async () => {
    const config = smallConfig({ epochs: 1 })
    const folder = temporaryFolder()
    const { files } = await runTraining({ config, nominal, folder })
    const other = { ...config, model: { ...config.model, baseChannels: 16 } }
    const mismatch = runTraining({ config: other, nominal, folder, checkpoints: files })
    await expect(mismatch).rejects.toMatchObject({ code: 'CONFLICT' })
    const empty = runTraining({ config, nominal: [], folder })
    await expect(empty).rejects.toMatchObject({ code: 'INVALID_INPUT' })
  })
})

describe('a checkpoint', () => {
  beforeEach(() => void vi.stubEnv('DDAD_EAGER', '1'))

  it('holds weights, moments, average and configuration, and loads for inference', async () => {
    const config = smallConfig({ epochs: 1 })
    const { files } = await runTraining({ config, nominal, folder: temporaryFolder() })
    const checkpoint = await readCheckpoint(files[0]!)
    expect(checkpoint.config).toEqual(config)
    expect(checkpoint.step).toBe(2)
    const names = [...checkpoint.weights.keys()].sort()
    for (const part of [checkpoint.m, checkpoint.v, checkpoint.ema!])
      expect([...part.keys()].sort()).toEqual(names)
    expect(checkpoint.weights.get('down.0.0.weight')!.shape).toEqual([8, 3, 3, 3])
    const unet = await loadUnet(files[0]!)
    const average = checkpoint.ema!.get('out.2.bias')!.data
    expect(unet.weights.get('out.2.bias')!.dataSync()).toEqual(average)
    unet.dispose()
  })
})

describe('a training step', () => {
  const images = Float32Array.from({ length: 4 * 32 * 32 * 3 }, (_, i) => Math.sin(i / 50))
  const timesteps = [10, 300, 600, 990]

  it.each([
    ['compiled', false, 200],
    ['operation by operation', true, 20],
  ])('holds a constant number of tensors, %s', async (_, eager, steps) => {
    const trainer = new Trainer(smallConfig(), null, { eager })
    await trainer.advance(images, timesteps)
    expect(trainer.operations === null).toBe(eager)
    const before = tensorCount()
    for (let i = 0; i < steps; i++) await trainer.advance(images, timesteps)
    expect(tensorCount()).toBe(before)
    trainer.dispose()
  })

  it('is the same in micro-batches and operation by operation', async () => {
    const model = { ...smallConfig().model, dropout: 0 }
    const ways = [
      { microBatch: 4 },
      { microBatch: 3 },
      ...[4, 2, 3, 1].map((microBatch) => ({ microBatch, eager: true })),
    ]
    const losses: number[][] = []
    for (const { microBatch, ...options } of ways) {
      const trainer = new Trainer({ ...smallConfig({ microBatch }), model }, null, options)
      const values: number[] = []
      for (let i = 0; i < 3; i++) values.push((await trainer.advance(images, timesteps))!.loss)
      trainer.dispose()
      losses.push(values)
    }
    for (const each of losses.slice(1))
      for (const [step, loss] of each.entries())
        expect(Math.abs(loss / losses[0]![step]! - 1)).toBeLessThan(1e-5)
  })
})

describe('a step that is given up', () => {
  it.each([
    ['compiled', false],
    ['operation by operation', true],
  ])('ends before the next micro-batch and leaves no trace, %s', async (_, eager) => {
    const images = Float32Array.from({ length: 4 * 32 * 32 * 3 }, (_, i) => Math.sin(i / 50))
    const timesteps = [10, 300, 600, 990]
    const config = smallConfig({ microBatch: 1 })
    const whole = new Trainer(config, null, { eager })
    const broken = new Trainer(config, null, { eager })
    const abort = new AbortController()
    const looks = { count: 0 }
    const signal = {
      get aborted() {
        // Two micro-batches are computed before the wish arrives.
        return ++looks.count > 2
      },
    } as AbortSignal
    expect(await broken.advance(images, timesteps, signal)).toBe(null)
    expect([looks.count, broken.step]).toEqual([3, 0])
    for (const trainer of [whole, broken]) await trainer.advance(images, timesteps, abort.signal)
    const [expected, found] = [whole.checkpoint(), broken.checkpoint()]
    expect(found.step).toBe(1)
    for (const [name, { data }] of expected.weights)
      expect(found.weights.get(name)!.data, name).toEqual(data)
    whole.dispose()
    broken.dispose()
  })
})

describe('the training images', () => {
  it('are the same decoded in advance, decoded late and kept in memory', async () => {
    const files = writeImages(temporaryFolder(), 5).map(({ file }) => file)
    const { signal } = new AbortController()
    const kept = await TrainingImages.open(files, 32, signal)
    const late = await TrainingImages.open(files, 32, signal, 0)
    for (const batch of [[3, 1], [0, 4], [4]]) {
      late.expect([3, 1])
      expect(await late.batch(batch)).toEqual(await kept.batch(batch))
    }
    unlinkSync(files[2]!)
    late.expect([2])
    await expect(late.batch([2])).rejects.toMatchObject({ code: 'NOT_FOUND' })
  })
})

describe('the training plan', () => {
  it('takes every image once an epoch, in another order each time', () => {
    const plan = new TrainingPlan({ seed: 1, images: 12, batchSize: 4, epochs: 2 })
    expect(plan.totalSteps).toBe(6)
    const epochs = [0, 3].map((start) => [0, 1, 2].flatMap((i) => plan.imagesOf(start + i)))
    for (const epoch of epochs) expect(new Set(epoch).size).toBe(12)
    expect(epochs[0]).not.toEqual(epochs[1])
  })

  it('depends on the seed and the step only', () => {
    const options = { seed: 7, images: 9, batchSize: 4, epochs: 3 }
    const onwards = new TrainingPlan(options)
    const visited = [0, 1, 2, 3, 4].map((step) => onwards.imagesOf(step))
    const jumped = new TrainingPlan(options)
    expect(jumped.imagesOf(4)).toEqual(visited[4])
    expect(jumped.timestepsOf(4)).toEqual(onwards.timestepsOf(4))
    expect(jumped.timestepsOf(4)).not.toEqual(jumped.timestepsOf(3))
  })

  it('uses every image of a category smaller than a batch', () => {
    const plan = new TrainingPlan({ seed: 1, images: 3, batchSize: 8, epochs: 5 })
    expect(plan.totalSteps).toBe(5)
    const batch = plan.imagesOf(2)
    expect(batch).toHaveLength(8)
    expect(new Set(batch)).toEqual(new Set([0, 1, 2]))
  })
})

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}

describe('dropout', () => {
  it('keeps the share of values that is asked for, by the seed', () => {
    const mask = (seed: number, rate: number) => {
      const drawn = dropoutMask([3, 101, 99], rate, tf.tensor1d([seed, 7], 'int32'))
      return drawn.dataSync()
    }
    for (const rate of [0.1, 0.3, 0.5]) {
      const kept = mask(1, rate)
      const share = mean([...kept])
      // Four standard deviations.
      const tolerance = 4 * Math.sqrt((rate * (1 - rate)) / kept.length)
      expect(Math.abs(share - (1 - rate))).toBeLessThan(tolerance)
      // Both values of a drawn integer: independent of each other.
      const half = Math.ceil(kept.length / 2)
      const both = mean(
        Array.from({ length: kept.length - half }, (_, i) => kept[i]! * kept[half + i]!),
      )
      expect(Math.abs(both - (1 - rate) ** 2)).toBeLessThan(2 * tolerance)
      expect(mask(1, rate)).toEqual(kept)
      expect(mask(2, rate)).not.toEqual(kept)
    }
  })
})
