import { createHash } from 'node:crypto'
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { decode } from 'fast-png'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { bytesOf } from '../../support/bytes-of.ts'
import { encodeAdapted } from '../../../src/main/engine/features/weights-files.ts'
import { evaluate } from '../../../src/main/engine/jobs/evaluate.ts'
import { tensorCount } from '../../../src/main/engine/tf.ts'
import { decodeNpy } from '../../../src/main/decode/npy.ts'
import { encodeGreyPng } from '../../../src/main/decode/png.ts'
import { presets } from '../../../src/shared/config/presets.ts'
import type { ScoringSettings } from '../../../src/shared/config/run-config.ts'
import type { StartStepRule } from '../../../src/shared/diffusion/start-step-rule.ts'
import { combineMaps } from '../../../src/shared/metrics/stored-maps.ts'
import type { Calibration } from '../../../src/shared/evaluation/evaluation.ts'
import type { EngineEvent, TestImage } from '../../../src/shared/processes/engine.ts'
import type { EndMode } from '../../../src/shared/processes/frames.ts'
import { goldenResNet } from '../features/support.ts'
import { relativeError } from '../support.ts'
import { temporaryFolder, writeImages } from './training-support.ts'

const SIZE = 32
const source = mkdtempSync(path.join(tmpdir(), 'ddad-evaluate-'))
const unet = path.join(import.meta.dirname, '../../fixtures/golden/unet.pth')
const features = path.join(source, 'features.safetensors')
writeFileSync(features, bytesOf(encodeAdapted(goldenResNet())))

/** A defect in the upper left quarter of 40×40 pixels. */
const maskFile = path.join(source, 'mask.png')
const mask = Uint8Array.from({ length: 1600 }, (_, i) => (i % 40 < 20 && i < 800 ? 255 : 0))
writeFileSync(maskFile, encodeGreyPng(mask, 40, 40))

const written = writeImages(source, 6)
const nominal = written.slice(0, 2)
const images: TestImage[] = written.slice(2).map((image, i) => ({
  ...image,
  anomalous: i % 2 === 1,
  defectType: i % 2 === 1 ? 'stripe' : 'good',
  maskFile: i % 2 === 1 ? maskFile : null,
}))

interface Run {
  readonly images?: readonly TestImage[]
  readonly batch?: number
  readonly scoring?: Partial<ScoringSettings>
  readonly startStep?: number
  readonly noiseSeed?: number
  readonly noiseSeeds?: number
  readonly startStepRule?: StartStepRule
  /** Ends the call in this way at the first result. */
  readonly end?: EndMode
}

async function run({ images: some = images, batch = 2, scoring = {}, end, ...own }: Run = {}) {
  const { startStep = 100, startStepRule = null, noiseSeeds = 1 } = own
  const { noiseSeed = presets.tiny.reconstruction.noiseSeed } = own
  const abort = new AbortController()
  const events: EngineEvent[] = []
  const output = await evaluate(
    {
      config: { ...presets.tiny, evaluationBatch: batch },
      settings: {
        reconstruction: { ...presets.tiny.reconstruction, noiseSeed, startStep, skip: 50 },
        ...{ startStepRule, noiseSeeds },
        scoring: { ...presets.tiny.scoring, normalisation: 'calibrated', ...scoring },
      },
      folder: temporaryFolder(),
      unet,
      // The adapted one is there.
      extractor: null,
      features,
      nominal,
      images: some,
    },
    {
      signal: abort.signal,
      endMode: () => (abort.signal.aborted ? (end ?? null) : null),
      emit: (event) => {
        events.push(event)
        if (end && event.type === 'image-result') abort.abort()
      },
    },
  )
  const results = events.flatMap((event) => (event.type === 'image-result' ? [event.result] : []))
  const calibrations = events.flatMap((e) => (e.type === 'calibration' ? [e.calibration] : []))
  return { output, results, calibrations, events }
}

const scoresById = (results: Awaited<ReturnType<typeof run>>['results']) =>
  [...results].sort((a, b) => a.imageId - b.imageId).map(({ score }) => score)

describe('an evaluation', () => {
  // Compiling the reference network takes longer than what these tests do with it.
  beforeEach(() => void vi.stubEnv('DDAD_EAGER', '1'))

  it('writes what it reports: maps, reconstruction, hash, score, metrics', async () => {
    const before = tensorCount()
    const { output, results, calibrations, events } = await run()
    expect(tensorCount()).toBe(before)
    expect(output.state).toBe('finished')
    expect(results.map(({ imageId }) => imageId)).toEqual(images.map(({ imageId }) => imageId))
    expect(calibrations).toHaveLength(1)
    const [calibration] = calibrations
    expect(calibration!.nominalScores).toHaveLength(nominal.length)
    const types = events.map(({ type }) => type)
    expect(types.indexOf('calibration')).toBeLessThan(types.indexOf('image-result'))
    const { pixelWeight, crop } = presets.tiny.scoring
    for (const { maps, reconstruction, score, ratio } of results) {
      expect(ratio).toBe(calibration!.ratio)
      for (const { file, bytes, sha256 } of [maps, reconstruction]) {
        const content = readFileSync(file)
        expect(content.length).toBe(bytes)
        expect(createHash('sha256').update(content).digest('hex')).toBe(sha256)
      }
      const { shape, data } = decodeNpy(readFileSync(maps.file), maps.file)
      expect(shape).toEqual([2, SIZE, SIZE])
      expect(combineMaps(data, SIZE, pixelWeight * ratio, crop).score).toBe(score)
      const picture = decode(readFileSync(reconstruction.file))
      expect([picture.width, picture.height, picture.channels]).toEqual([SIZE, SIZE, 3])
    }
    const defects = new Set(output.metrics.map(({ defectType }) => defectType))
    expect(defects).toEqual(new Set([null, 'stripe']))
    const auroc = output.metrics.find((row) => row.name === 'imageAuroc' && !row.defectType)
    expect(auroc!.value).toBeCloseTo(bruteAuroc(scoresById(results)), 12)
  })

  it('scores an image alike in any batch and any order', async () => {
    const alone = await run({ batch: 1 })
    const together = await run({ batch: 4 })
    const reversed = await run({ batch: 3, images: images.toReversed() })
    const expected = scoresById(alone.results)
    expect(relativeError(scoresById(together.results), expected)).toBeLessThan(1e-5)
    expect(relativeError(scoresById(reversed.results), expected)).toBeLessThan(1e-5)
    // Batches do change scores where the batch is the measure, as in the reference code.
    const compatible = await run({ batch: 1, scoring: { normalisation: 'compatible' } })
    expect(relativeError(scoresById(compatible.results), expected)).toBeGreaterThan(1e-3)
  })

  it('scores the same with the network compiled', async () => {
    const eager = await run({ images: images.slice(0, 3) })
    vi.stubEnv('DDAD_EAGER', '')
    const compiled = await run({ images: images.slice(0, 3) })
    expect(compiled.events.filter(({ type }) => type === 'log')).toEqual([])
    for (const [i, { score }] of compiled.results.entries())
      expect(score / eager.results[i]!.score).toBeCloseTo(1, 4)
  })

  it('scores by the mean of the maps of several draws of noise', async () => {
    const two = images.slice(0, 2)
    const seed = presets.tiny.reconstruction.noiseSeed
    const both = await run({ images: two, noiseSeeds: 2 })
    const each = [await run({ images: two }), await run({ images: two, noiseSeed: seed + 1 })]
    for (const [i, { maps }] of both.results.entries()) {
      const read = (file: string) => [...decodeNpy(readFileSync(file), file).data]
      const [first, second] = each.map(({ results }) => read(results[i]!.maps.file))
      const mean = first!.map((value, at) => (value + second![at]!) / 2)
      expect(relativeError(read(maps.file), mean)).toBeLessThan(1e-6)
      expect(relativeError(first!, second!)).toBeGreaterThan(1e-3)
    }
  })

  it('takes one T′ after another until an image is clear, and the mean of its maps', async () => {
    const rule = { kind: 'until-clear' as const, startSteps: [50, 100] }
    const two = images.slice(0, 2)
    const [long, short, always, never] = [
      await run({ images: two }),
      await run({ images: two, startStep: 50 }),
      await run({ images: two, startStepRule: { ...rule, low: 0, high: 0 } }),
      await run({ images: two, startStepRule: { ...rule, low: 0, high: 1e9 } }),
    ]
    const limitOf = ({ nominalScores: scores }: Calibration) => {
      const mean = scores.reduce((sum, score) => sum + score, 0) / scores.length
      return (
        mean + 3 * Math.sqrt(scores.reduce((sum, s) => sum + (s - mean) ** 2, 0) / scores.length)
      )
    }
    const factor = limitOf(long.calibrations[0]!) / limitOf(short.calibrations[0]!)
    const { pixelWeight } = presets.tiny.scoring
    const combined = ({ maps, ratio }: (typeof long.results)[number]) =>
      combineMaps(
        decodeNpy(readFileSync(maps.file), maps.file).data,
        SIZE,
        pixelWeight * ratio,
        false,
      ).map
    for (const [i, { startStep }] of always.results.entries()) {
      expect([startStep, never.results[i]!.startStep]).toEqual([50, 100])
      const [at100, at50] = [combined(long.results[i]!), combined(short.results[i]!)]
      const scaled = at50.map((value) => value * factor)
      const mean = at100.map((value, pixel) => (value + scaled[pixel]!) / 2)
      expect(relativeError([...combined(always.results[i]!)], [...scaled])).toBeLessThan(1e-4)
      expect(relativeError([...combined(never.results[i]!)], [...mean])).toBeLessThan(1e-4)
    }
  })

  it('keeps what is done when it is stopped, and ends with an error when cancelled', async () => {
    const { output, results } = await run({ end: 'stop' })
    expect(output.state).toBe('stopped')
    expect(results.length).toBeGreaterThan(0)
    expect(results.length).toBeLessThan(images.length)
    await expect(run({ end: 'cancel' })).rejects.toMatchObject({ code: 'CANCELLED' })
  })

  it('names an image that has gone', async () => {
    const gone = { ...images[3]!, file: path.join(source, 'gone.png') }
    const some = [...images.slice(0, 3), gone]
    await expect(run({ images: some })).rejects.toMatchObject({
      code: 'NOT_FOUND',
      message: expect.stringContaining('gone.png'),
    })
  })
})

/** Share of pairs of an anomalous and a nominal image that are in order. */
function bruteAuroc(scores: readonly number[]): number {
  const pairs = images.flatMap((a, i) =>
    images.flatMap((b, j) =>
      a.anomalous && !b.anomalous ? [[scores[i]!, scores[j]!] as const] : [],
    ),
  )
  const inOrder = pairs.map(([a, b]) => (a > b ? 1 : a === b ? 0.5 : 0))
  return inOrder.reduce<number>((sum, value) => sum + value, 0) / pairs.length
}
