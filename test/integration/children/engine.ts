/**
 * An engine that obeys the protocol without TensorFlow: `training.epochs` steps of a few milliseconds, a
 * checkpoint every `checkpointEverySteps`. A seed of 13 crashes it in the middle, 14 is an expected failure, with 15 its GPU fails.
 */
import { createHash } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { encodeNpy } from '../../../src/main/decode/npy.ts'
import { serve, type Handlers } from '../../../src/main/processes/serve.ts'
import { parentPort } from '../../../src/main/processes/serve-parent.ts'
import { DdadError } from '../../../src/shared/errors.ts'
import type { EngineContract, WrittenFile } from '../../../src/shared/processes/engine.ts'

function write(file: string, text: string | Uint8Array): WrittenFile {
  fs.writeFileSync(file, text)
  const sha256 = createHash('sha256').update(text).digest('hex')
  return { file, bytes: text.length, sha256 }
}

const handlers: Handlers<EngineContract> = {
  info: async () => ({
    tensorflow: '0',
    library: '',
    node: '',
    device: `test ${process.env['CUDA_VISIBLE_DEVICES'] ?? ''}`.trim(),
    gpu: false,
    remark: null,
  }),
  usage: async () => ({ residentBytes: 1, peakBytes: 2 }),
  train: async ({ config, nominal, folder, checkpoints }, { endMode, emit }) => {
    const [newest] = checkpoints
    const totalSteps = config.training.epochs
    let step = newest === undefined ? 0 : Number(fs.readFileSync(newest, 'utf8'))
    const save = () => {
      const written = write(path.join(folder, `unet-${step}`), String(step))
      emit({ type: 'checkpoint', kind: 'unet', step, written })
    }
    while (step < totalSteps) {
      if (endMode() === 'cancel') throw new DdadError('CANCELLED', 'cancelled')
      if (endMode() === 'stop') {
        save()
        return { state: 'stopped', step, totalSteps }
      }
      await sleep(4)
      step += 1
      emit({ type: 'metrics', points: [{ step, name: 'loss', value: nominal.length / step }] })
      const progress = { done: step, total: totalSteps, secondsPerStep: 0.004, secondsLeft: 1 }
      emit({ type: 'progress', progress })
      if (step % config.training.checkpointEverySteps === 0) save()
      if (config.seed === 13 && step === 15) process.abort()
      if (config.seed === 14 && step === 15) throw new DdadError('OUT_OF_MEMORY', 'Too big.')
      if (config.seed === 15 && step === 15 && process.env['DDAD_DEVICE'] !== 'failed')
        throw new DdadError('DEVICE_FAILED', 'The GPU failed.')
    }
    save()
    return { state: 'finished', step, totalSteps }
  },
  adapt: async ({ folder, unet }, { emit }) => {
    const written = write(path.join(folder, 'features-1'), fs.readFileSync(unet, 'utf8'))
    emit({ type: 'checkpoint', kind: 'features', step: 1, written })
    return { state: 'finished', epochs: 1 }
  },
  maps: async ({ images, tasks, done }, { emit, endMode }) => {
    for (const { setId, folder, images: missing } of tasks) {
      fs.mkdirSync(folder, { recursive: true })
      for (const index of missing) {
        await sleep(10)
        if (endMode() === 'stop') return { state: 'stopped' }
        const { key, file } = images[index]!
        const most = file.includes('/broken/') ? 9 : 7
        const data = Float32Array.from(
          { length: 2 * 8 * 8 },
          (_, i) => (i * setId + key.length) % most,
        )
        const maps = write(path.join(folder, `${key}.npy`), encodeNpy({ shape: [2, 8, 8], data }))
        const maxima = { feature: 2, pixel: 1 }
        const reconstruction = write(path.join(folder, `${key}.png`), 'png')
        emit({ type: 'map', map: { setId, key, maxima, milliseconds: 2, maps, reconstruction } })
        const progress = {
          done: done + index,
          total: images.length,
          secondsPerStep: 0,
          secondsLeft: 0,
        }
        emit({ type: 'progress', progress })
      }
    }
    return { state: 'finished' }
  },
  preview: async () => {
    throw new DdadError('NOT_FOUND', 'This engine has no pictures.')
  },
  nearest: async ({ folder, image, nominal }) => {
    fs.mkdirSync(folder, { recursive: true })
    for (const { key } of [image, ...nominal]) write(path.join(folder, `${key}.npy`), 'features')
    const matches = nominal.map((_, index) => ({ index, distance: index, column: 0, row: 0 }))
    const computed = nominal.length + 1
    return { matches, nominalDistances: [], skipped: [], computed, secondsPerImage: 0.01 }
  },
  convert: async () => {
    throw new DdadError('NOT_FOUND', 'This engine has no networks.')
  },
  tensors: async () => ({ names: [] }),
}

serve<EngineContract>(handlers, parentPort())
