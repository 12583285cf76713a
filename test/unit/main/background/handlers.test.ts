import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { backgroundHandlers } from '../../../../src/main/background/handlers.ts'
import { decodeImage } from '../../../../src/main/decode/decode.ts'
import { decodeMask } from '../../../../src/main/decode/mask.ts'
import { encodeNpy } from '../../../../src/main/decode/npy.ts'
import { encodeGreyPng } from '../../../../src/main/decode/png.ts'
import { scoreOf } from '../../../../src/shared/metrics/envelope.ts'
import type { EvaluationSettings } from '../../../../src/shared/config/run-config.ts'
import type { BackgroundContract } from '../../../../src/shared/processes/background.ts'

const fixtures = path.join(import.meta.dirname, '../../../fixtures/images')
let folder: string
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'ddad-background-'))
})
afterAll(() => rmSync(folder, { recursive: true }))

const quiet = () => ({
  signal: new AbortController().signal,
  endMode: () => null,
  emit: () => {},
})
const here = (name: string) => path.join(folder, name)

describe('pictures', () => {
  it('makes a thumbnail that fits the side and keeps the aspect ratio', async () => {
    const [file, destination] = [path.join(fixtures, 'rgb8.png'), here('thumbnail.webp')]
    await backgroundHandlers.thumbnail({ file, destination, side: 20 }, quiet())
    const small = await decodeImage(readFileSync(destination), destination)
    expect([small.width, small.height]).toEqual([20, 13])
    const original = await decodeImage(readFileSync(file), file)
    const mean = (data: Uint8Array) => data.reduce((sum, level) => sum + level, 0) / data.length
    expect(Math.abs(mean(small.data) - mean(original.data))).toBeLessThan(4)
  })

  it('does not enlarge a small image', async () => {
    const destination = here('same.webp')
    const file = path.join(fixtures, 'rgb.tif')
    await backgroundHandlers.thumbnail({ file, destination, side: 160 }, quiet())
    const bytes = readFileSync(destination)
    expect(await decodeImage(bytes, destination)).toMatchObject({ width: 37, height: 24 })
  })

  it('makes a PNG of what a browser cannot show', async () => {
    const file = path.join(fixtures, 'grey16.tif')
    const destination = here('picture.png')
    await backgroundHandlers.picture({ file, destination }, quiet())
    const [made, original] = [readFileSync(destination), readFileSync(file)]
    expect(await decodeImage(made, destination)).toEqual(await decodeImage(original, file))
  })
})

describe('mask', () => {
  const sourceOf = (files: readonly string[]) => ({
    files: files.map((file) => ({ file, sha256: '' })),
    coded: false,
    void: true,
  })
  const write = (name: string, values: number[]) => {
    writeFileSync(here(name), encodeGreyPng(Uint8Array.from(values), values.length, 1))
    return here(name)
  }

  it('joins regions and class indices to black and white', async () => {
    const files = [write('a.png', [0, 1, 0, 0]), write('b.png', [0, 100, 255, 0])]
    const destination = here('joined.png')
    await backgroundHandlers.mask({ source: sourceOf(files), destination }, quiet())
    const joined = await decodeMask(readFileSync(destination), destination)
    // The grey between black and white is a border.
    expect(joined.data).toEqual(Uint8Array.of(0, 255, 255, 0))
  })

  it('refuses masks of different sizes and names the file', async () => {
    const files = [write('c.png', [0, 1]), write('d.png', [0, 1, 1])]
    const made = backgroundHandlers.mask(
      { source: sourceOf(files), destination: here('never.png') },
      quiet(),
    )
    await expect(made).rejects.toThrow(/d\.png has 3 × 1 pixels/)
  })
})

describe('metrics', () => {
  const size = 32
  const settings = (pixelWeight: number, crop: boolean) =>
    ({
      scoring: { pixelWeight, crop, blurSigma: 4, normalisation: 'calibrated' },
    }) as EvaluationSettings

  /** Maps whose feature distance peaks at one place and whose pixel distance at another. */
  function result(name: string, anomalous: boolean, peak: number, corner: number) {
    const data = new Float32Array(2 * size * size)
    data[10 * size + 10] = peak
    data[size * size + 20 * size + 20] = peak / 2
    data[0] = corner
    writeFileSync(here(`${name}.npy`), encodeNpy({ shape: [2, size, size], data }))
    const mask = new Uint8Array(size * size)
    mask[10 * size + 10] = 255
    writeFileSync(here(`${name}.png`), encodeGreyPng(mask, size, size))
    return {
      imageId: 1 as never,
      file: '',
      anomalous,
      defectType: anomalous ? 'spot' : 'good',
      maskFile: anomalous ? here(`${name}.png`) : null,
      maps: here(`${name}.npy`),
      ratio: 2,
    }
  }

  const value = (output: BackgroundContract['metrics']['output'], name: string) =>
    output.metrics.find((row) => row.defectType === null && row.name === name)!.value

  it('weighs the maps, leaves the frame unscored when told to, and scores by the maximum', async () => {
    const results = [result('good', false, 0.25, 9), result('bad', true, 1, 0)]
    const scores = async (weight: number, crop: boolean) =>
      (await backgroundHandlers.envelopes({ results, crop }, quiet())).map((envelope, i) =>
        scoreOf(envelope, weight * results[i]!.ratio),
      )
    const steps: unknown[] = []
    const context = { ...quiet(), emit: (event: unknown) => void steps.push(event) }
    const input = { scoring: settings(3, true).scoring, results }
    const cropped = await backgroundHandlers.metrics(input, context)
    // Pixel part: v · ratio · peak / 2 = 3 · 2 · peak / 2 beats the feature part, peak.
    expect(await scores(3, true)).toEqual([0.75, 3])
    expect(value(cropped, 'imageAuroc')).toBe(1)
    expect(steps).toEqual([
      { done: 1, total: 2 },
      { done: 2, total: 2 },
    ])
    const whole = await backgroundHandlers.metrics(
      { scoring: settings(0, false).scoring, results },
      quiet(),
    )
    expect(await scores(0, false)).toEqual([9, 1])
    expect(value(whole, 'imageAuroc')).toBe(0)
    // One nominal pixel of 2·32² − 1 lies above the defect's pixel.
    expect(value(whole, 'pixelAuroc')).toBeCloseTo(1 - 1 / (2 * size * size - 1), 12)
  })

  it('names the file that does not hold maps', async () => {
    const broken = { ...result('flat', true, 1, 0), maps: here('flat.npy') }
    const data = new Float32Array(4)
    writeFileSync(broken.maps, encodeNpy({ shape: [2, 2], data }))
    const input = { scoring: settings(1, false).scoring, results: [broken] }
    await expect(backgroundHandlers.metrics(input, quiet())).rejects.toThrow(
      /flat\.npy has the shape/,
    )
  })
})

it('scan and makeDemo work together', { timeout: 60_000 }, async () => {
  const sources = path.resolve(import.meta.dirname, '../../../../resources/demo')
  const target = here('demo')
  const made = await backgroundHandlers.makeDemo({ folder: target, seed: 5, sources }, quiet())
  const scan = await backgroundHandlers.scan({ root: target, journal: here('journal') }, quiet())
  expect(scan.report).toMatchObject({
    layout: 'mvtec-ad',
    imageCount: made.images,
    maskCount: 120,
    problems: [],
  })
  expect(scan.report.categories.map(({ name }) => name)).toEqual([
    'brick',
    'grass',
    'gravel',
    'joint',
  ])
})
