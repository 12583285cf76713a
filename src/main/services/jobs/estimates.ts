/** A dry run: a few steps and images of a configuration, measured before it is started. */
import { randomUUID } from 'node:crypto'
import fs from 'node:fs'
import { trainingSteps } from '../../../shared/config/cost.ts'
import type { RunConfig } from '../../../shared/config/run-config.ts'
import { rangeOf, sumOf, type Estimate } from '../../../shared/jobs/estimate.ts'
import type { DatasetId } from '../../../shared/core/ids.ts'
import { laneOf } from '../../../shared/runs/run.ts'
import { DdadError } from '../../../shared/errors.ts'
import type { EngineImage } from '../../../shared/processes/engine.ts'
import type { JobContext } from './job-kinds.ts'
import { findExtractor } from '../core/weights.ts'
import { plainImage } from '../maps/map-store.ts'

/** Steps to measure after the first, which also builds the network. */
const STEPS = 5
const SECONDS = 20
/** Adaptation reconstructs each image as evaluation does, and trains on the result. */
const ADAPTATION_SHARE = 1.5

interface Trained {
  readonly secondsPerStep: readonly number[]
  readonly unet: string
}

export function createEstimates({ workspace, files, engine }: JobContext) {
  const { store, resolve, folder: root } = workspace
  let probing = false

  async function train(
    config: RunConfig,
    nominal: readonly EngineImage[],
    folder: string,
  ): Promise<Trained> {
    const { training } = config
    // A batch of one micro-batch takes the memory of the real one; its time is in proportion.
    const batchSize = Math.min(training.microBatch, training.batchSize)
    const short = { ...training, batchSize, microBatch: batchSize, checkpointEverySteps: 1e9 }
    const seconds: number[] = []
    let unet = ''
    let last: { readonly done: number; readonly at: number } | null = null
    let began = 0
    const call = engine.call(
      'train',
      {
        config: { ...config, training: { ...short, epochs: 1e6 } },
        extractor: null,
        nominal,
        folder,
        checkpoints: [],
      },
      (event) => {
        if (event.type === 'checkpoint') unet = event.written.file
        if (event.type !== 'progress') return
        const now = performance.now() / 1000
        const { done } = event.progress
        // What is told again, at the end for instance, is no step.
        if (last && done === last.done) return
        if (last) seconds.push((now - last.at) / (done - last.done))
        else began = now
        last = { done, at: now }
        if (seconds.length >= STEPS || now - began > SECONDS) call.end('stop')
      },
    )
    await call.result
    const batches = training.batchSize / batchSize
    return { secondsPerStep: seconds.map((each) => each * batches), unet }
  }

  async function probe(
    datasetId: DatasetId,
    category: string,
    config: RunConfig,
    folder: string,
  ): Promise<Estimate> {
    if (config.method !== 'ddad')
      throw new DdadError(
        'CONFLICT',
        'A memory bank needs no training that could be measured: it takes seconds to minutes. Start it.',
      )
    const images = store.images.ofCategory(datasetId, category)
    const nominal = images
      .filter(({ split, anomalous }) => split === 'train' && !anomalous)
      .map(({ id }) => ({ imageId: id, file: files.original(id) }))
    const tests = images.filter(({ split }) => split === 'test')
    if (nominal.length === 0 || tests.length === 0) {
      throw new DdadError('CONFLICT', `${category} has no nominal training or no test images.`)
    }
    const began = performance.now()
    const { device } = await engine.call('info', null).result
    const { secondsPerStep, unet } = await train(config, nominal, folder)
    const secondsPerImage: number[] = []
    const chosen = [
      tests.find(({ anomalous }) => !anomalous) ?? tests[0]!,
      tests.find(({ anomalous }) => anomalous) ?? tests[0]!,
    ]
    const timed = [...new Set(chosen)].map((image) => plainImage(files, image))
    await engine.call(
      'maps',
      {
        sources: [
          {
            ...{ method: 'ddad', unet, features: null },
            extractor: findExtractor(config.extractor, root),
          },
        ],
        images: timed,
        tasks: [
          {
            ...{ setId: 0, source: 0, folder },
            settings: config.reconstruction,
            images: timed.map((_, index) => index),
          },
        ],
        ...{ bank: [], distances: [], neighbours: 1, batch: 1, done: 0 },
        blurSigma: config.scoring.blurSigma,
      },
      (event) => {
        if (event.type === 'map') secondsPerImage.push(event.map.milliseconds / 1000)
      },
    ).result
    const { peakBytes } = await engine.call('usage', null).result
    const adapted = config.adaptation.epochs * nominal.length * ADAPTATION_SHARE
    const training = rangeOf(secondsPerStep, trainingSteps(config, nominal.length))
    const adaptation = rangeOf(secondsPerImage, adapted)
    const evaluation = rangeOf(secondsPerImage, tests.length)
    return {
      training,
      adaptation,
      evaluation,
      total: sumOf([training, adaptation, evaluation]),
      peakBytes,
      device,
      measured: {
        steps: secondsPerStep.length,
        images: secondsPerImage.length,
        seconds: (performance.now() - began) / 1000,
      },
    }
  }

  return {
    /**
     * Measures a few steps and two images. Nothing is stored.
     * @throws {DdadError} CONFLICT while a job or another probe is on the device.
     */
    probe: async (datasetId: DatasetId, category: string, config: RunConfig): Promise<Estimate> => {
      const busy = store.jobs.running().some(({ kind }) => laneOf(kind) === 'device')
      if (probing || busy) {
        throw new DdadError(
          'CONFLICT',
          'The device is busy, so that nothing can be measured now. Pause the queue first.',
        )
      }
      probing = true
      const folder = resolve(`cache/probe-${randomUUID()}`)
      try {
        // A fresh process, so that the peak of its memory is this configuration’s.
        engine.release()
        fs.mkdirSync(folder, { recursive: true })
        return await probe(datasetId, category, config, folder)
      } finally {
        probing = false
        fs.rmSync(folder, { recursive: true, force: true })
      }
    },
  }
}
