// The leak soak of `npm run bench -- soak`: the real jobs at 32 pixels, one training of many steps and the maps
// of many images. Ends with code 1 where tensors pile up or memory grows.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import v8 from 'node:v8'
import vm from 'node:vm'
import { encode } from 'fast-png'
import { maps } from '../../src/main/engine/jobs/maps.ts'
import { train } from '../../src/main/engine/jobs/train.ts'
import { tensorCount } from '../../src/main/engine/tf.ts'
import { findExtractor } from '../../src/main/services/core/weights.ts'
import { presets } from '../../src/shared/config/presets.ts'

/** What is counted, after a warm-up in which pools and caches fill. */
const work = { steps: 2000, images: 1000 }
const warmUp = { steps: 1000, images: 500 }
const files = 40
/** Of resident memory, for 1,000 steps or images. */
const limit = 1e6

const config = {
  ...presets.tiny,
  model: { ...presets.tiny.model, imageSize: 32, baseChannels: 8, multipliers: [1, 2], groups: 4 },
  training: {
    ...presets.tiny.training,
    batchSize: 4,
    microBatch: 4,
    epochs: (warmUp.steps + work.steps) / (files / 4),
    // Writing one copies all weights; only the last is needed here.
    checkpointEverySteps: 1e6,
  },
  evaluationBatch: 4,
}

v8.setFlagsFromString('--expose-gc')
const collectGarbage = vm.runInNewContext('gc')

/** Tensors and resident bytes against what was done, a sample for each `every` of it. */
class Samples {
  constructor(every) {
    this.every = every
    this.taken = []
  }

  take(done) {
    if (done < this.every * (this.taken.length + 1)) return
    // Garbage that is not collected yet is no leak.
    collectGarbage()
    this.taken.push({ done, bytes: process.memoryUsage.rss(), tensors: tensorCount() })
  }

  /** Prints what happened after the warm-up; returns whether it is within the limits. */
  judge(what, after) {
    const taken = this.taken.filter(({ done }) => done >= after)
    const slope = 1000 * slopeOf(taken.map(({ done, bytes }) => [done, bytes]))
    const tensors = taken.map((sample) => sample.tensors)
    const [fewest, most] = [Math.min(...tensors), Math.max(...tensors)]
    const megabytes = (bytes) => (bytes / 1e6).toFixed(2)
    console.log(
      `${what} ${taken[0].done} to ${taken.at(-1).done}, ${taken.length} samples: ` +
        `${fewest === most ? fewest : `${fewest} to ${most}`} tensors, resident memory ` +
        `${megabytes(taken[0].bytes)} to ${megabytes(taken.at(-1).bytes)} MB, ` +
        `slope ${megabytes(slope)} MB per 1,000`,
    )
    return fewest === most && slope < limit
  }
}

/** Least squares. */
function slopeOf(points) {
  const mean = (index) => points.reduce((sum, point) => sum + point[index], 0) / points.length
  const [x, y] = [mean(0), mean(1)]
  const sum = (of) => points.reduce((total, point) => total + of(point), 0)
  return sum((p) => (p[0] - x) * (p[1] - y)) / sum((p) => (p[0] - x) ** 2)
}

/** PNG files of soft stripes. */
function writeImages(folder) {
  return Array.from({ length: files }, (_, index) => {
    const data = Uint8Array.from({ length: 40 * 40 * 3 }, (_, i) => {
      const [x, y] = [Math.floor(i / 3) % 40, Math.floor(i / 120)]
      return 127 + 100 * Math.sin(index + (0.1 + index / 150) * (x + y))
    })
    const file = path.join(folder, `${index}.png`)
    writeFileSync(file, encode({ width: 40, height: 40, channels: 3, data }))
    return { imageId: index, file }
  })
}

function context(emit) {
  const show = (event) => {
    if (event.type === 'log') process.stderr.write(`${event.text}\n`)
    emit(event)
  }
  return { signal: new AbortController().signal, endMode: () => null, emit: show }
}

const folder = mkdtempSync(path.join(tmpdir(), 'ddad-soak-'))
try {
  const nominal = writeImages(folder)
  const training = new Samples(50)
  let unet
  await train(
    { config, nominal, folder: path.join(folder, 'run'), checkpoints: [] },
    context((event) => {
      if (event.type === 'metrics') training.take(event.points.at(-1).step)
      if (event.type === 'checkpoint') unet = event.written.file
    }),
  )
  const flat = training.judge('Training steps', warmUp.steps)

  const evaluation = new Samples(25)
  let done = 0
  const images = Array.from({ length: warmUp.images + work.images }, (_, i) => ({
    key: String(i),
    file: nominal[i % files].file,
    paint: null,
  }))
  const extractor = findExtractor(config.extractor, folder)
  await maps(
    {
      sources: [{ method: 'ddad', unet, extractor, features: null }],
      images,
      tasks: [
        {
          setId: 1,
          source: 0,
          settings: config.reconstruction,
          folder: path.join(folder, 'maps'),
          images: images.map((_, i) => i),
        },
      ],
      bank: [],
      distances: [],
      neighbours: 1,
      batch: config.evaluationBatch,
      blurSigma: config.scoring.blurSigma,
      done: 0,
    },
    context((event) => {
      if (event.type === 'map') evaluation.take(++done)
    }),
  )
  const still = evaluation.judge('Mapped images', warmUp.images)
  if (!flat || !still) {
    console.error('Tensors must stay constant and memory grow by less than 1 MB per 1,000.')
    process.exitCode = 1
  }
} finally {
  rmSync(folder, { recursive: true, force: true })
}
