import { randomUUID } from 'node:crypto'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { expect, it } from 'vitest'
import { encodeRgbPng } from '../../../src/main/decode/png.ts'
import { decodeNpy } from '../../../src/main/decode/npy.ts'
import { engineHandlers } from '../../../src/main/engine/handlers.ts'
import { readBank } from '../../../src/main/engine/methods/patchcore/bank-file.ts'
import { writeSafetensors } from '../../../src/main/engine/formats/safetensors.ts'
import { tensorCount } from '../../../src/main/engine/tf.ts'
import { presets } from '../../../src/shared/config/presets.ts'
import type { RunConfig } from '../../../src/shared/config/run-config.ts'
import type { ImageId } from '../../../src/shared/core/ids.ts'
import type { EngineEvent, EngineImage } from '../../../src/shared/processes/engine.ts'
import type { EndMode } from '../../../src/shared/processes/frames.ts'
import { Random } from '../../../src/shared/random.ts'
import { bytesOf } from '../../support/bytes-of.ts'
import { randomResNet50 } from '../../support/random-resnet50.ts'
import { temporaryFolder } from '../jobs/training-support.ts'

const SIZE = 64
const folder = temporaryFolder()
const weights = path.join(folder, 'resnet50.safetensors')
writeFileSync(weights, bytesOf(writeSafetensors(randomResNet50())))
const extractor = { name: 'resnet50', file: weights } as const
const config: RunConfig = {
  ...presets.patchcore,
  model: { ...presets.patchcore.model, imageSize: SIZE },
  extractor: 'resnet50',
  patchcore: { share: 0.1, neighbours: 1 },
}

/** Grey noise, with a red square where there is a defect. */
function picture(seed: number, defect: boolean): EngineImage {
  const random = new Random(seed)
  const data = new Uint8Array(SIZE * SIZE * 3)
  for (let i = 0; i < SIZE * SIZE; i++) {
    const red = defect && i % SIZE > 40 && i % SIZE < 56 && i > 40 * SIZE && i < 56 * SIZE
    const grey = 100 + random.integer(40)
    data.set(red ? [250, 20, 20] : [grey, grey, grey], i * 3)
  }
  const file = path.join(folder, `${randomUUID()}.png`)
  writeFileSync(file, encodeRgbPng({ width: SIZE, height: SIZE, data }))
  return { imageId: seed as ImageId, file }
}

const nominal = Array.from({ length: 6 }, (_, i) => picture(i + 1, false))

/** The maps of images by a bank, with their largest values. */
async function score(bank: string, images: readonly EngineImage[]) {
  const events: EngineEvent[] = []
  const output = await engineHandlers.maps(
    {
      sources: [{ method: 'patchcore', bank, extractor }],
      images: images.map(({ file }, i) => ({ key: `image${i}`, file, paint: null })),
      tasks: [
        {
          ...{ setId: 1, source: 0, settings: config.reconstruction },
          folder: path.join(folder, randomUUID()),
          images: [...images.keys()],
        },
      ],
      ...{ bank: [], distances: [[]], neighbours: 1, batch: 2, blurSigma: 4, done: 0 },
    },
    {
      signal: new AbortController().signal,
      endMode: () => null,
      emit: (event) => void events.push(event),
    },
  )
  expect(output.state).toBe('finished')
  const made = events.flatMap((event) => (event.type === 'map' ? [event.map] : []))
  expect(made.map(({ reconstruction }) => reconstruction === null)).not.toContain(true)
  return made
    .toSorted((one, other) => one.key.localeCompare(other.key))
    .map(({ maps: { file } }) => {
      const { shape, data } = decodeNpy(readFileSync(file), file)
      return { shape, data, score: Math.max(...data.subarray(0, SIZE * SIZE)) }
    })
}

async function build(end: EndMode | null = null, share = 0.1) {
  const place = path.join(folder, randomUUID())
  mkdirSync(place)
  const abort = new AbortController()
  const events: EngineEvent[] = []
  const settings = { ...config, patchcore: { share, neighbours: 1 } }
  const input = { config: settings, extractor, nominal, folder: place, checkpoints: [] }
  const output = await engineHandlers.train(input, {
    signal: abort.signal,
    endMode: () => (abort.signal.aborted ? end : null),
    emit: (event) => {
      events.push(event)
      if (end) abort.abort()
    },
  })
  const written = events.flatMap((event) => (event.type === 'checkpoint' ? [event.written] : []))
  return { output, events, written }
}

it('fills a memory bank, the same each time, and finds what is not in it', async () => {
  const before = tensorCount()
  const { output, written, events } = await build()
  const taken = Math.floor(6 * 64 * 0.1)
  expect(output).toEqual({ state: 'finished', step: 6 + taken, totalSteps: 6 + taken })
  expect(tensorCount()).toBe(before)
  const last = events.findLast((event) => event.type === 'progress')
  expect(last).toMatchObject({ progress: { done: 6 + taken, total: 6 + taken } })
  const bank = readBank(written[0]!.file)
  expect(bank.values.length).toBe(taken * 1024)
  const again = await build()
  expect(again.written[0]!.sha256).toBe(written[0]!.sha256)

  const results = await score(written[0]!.file, [picture(20, false), picture(21, true)])
  expect(tensorCount()).toBe(before)
  expect(results[1]!.score).toBeGreaterThan(3 * results[0]!.score)
  const { shape, data } = results[1]!
  expect(shape).toEqual([2, SIZE, SIZE])
  // Highest inside of the square, and no second map.
  const highest = data.indexOf(results[1]!.score)
  expect(highest % SIZE).toBeGreaterThan(32)
  expect(Math.floor(highest / SIZE)).toBeGreaterThan(32)
  expect(data.subarray(SIZE * SIZE).every((value) => value === 0)).toBe(true)
})

it('scores an image of its bank as one that was never seen', async () => {
  // All patches are kept, so that each image would be found in the bank without a difference.
  const { written } = await build(null, 1)
  const [seen, unseen] = await score(written[0]!.file, [nominal[0]!, picture(20, false)])
  expect(seen!.score / unseen!.score).toBeGreaterThan(0.8)
})

it('ends without a bank when it is stopped, and with an error when it is cancelled', async () => {
  const stopped = await build('stop')
  expect(stopped.output).toMatchObject({ state: 'stopped', step: 0 })
  expect(stopped.written).toEqual([])
  await expect(build('cancel')).rejects.toMatchObject({ code: 'CANCELLED' })
})
