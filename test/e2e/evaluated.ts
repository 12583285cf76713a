/** A workspace with a finished evaluation: real pictures and masks, maps made from them, metrics computed. */
import fs from 'node:fs'
import path from 'node:path'
import { presets } from '../../src/shared/config/presets.ts'
import type { EvaluationId } from '../../src/shared/core/ids.ts'
import { combineMaps } from '../../src/shared/metrics/stored-maps.ts'
import { Random } from '../../src/shared/random.ts'
import { sha256 } from '../../src/main/files/files.ts'
import { encodeNpy } from '../../src/main/decode/npy.ts'
import { encodeRgbPng } from '../../src/main/decode/png.ts'
import { tallyOfStored } from '../../src/main/decode/stored-results.ts'
import { openWorkspace } from '../../src/main/services/core/workspace.ts'

const SIZE = 32
/** How far the defects of a type stand out in either distance. */
const types = [
  { name: 'good', feature: 0, pixel: 0 },
  { name: 'hole', feature: 0.8, pixel: 0 },
  { name: 'scratch', feature: 0, pixel: 0.8 },
] as const

/** What an import records of a file. */
function recorded(file: string) {
  const { size: bytes, mtimeMs } = fs.statSync(file)
  return { bytes, modifiedAt: Math.trunc(mtimeMs), sha256: sha256(fs.readFileSync(file)) }
}

/**
 * @param images Number of test images, shared out among the types.
 * @returns The evaluation, whose category is `plate`.
 */
export async function evaluatedWorkspace(
  folder: string,
  dataset: string,
  images: number,
): Promise<EvaluationId> {
  const { store, resolve } = openWorkspace(folder)
  const random = new Random(1)
  fs.mkdirSync(dataset, { recursive: true })
  const colour = { width: SIZE, height: SIZE, data: new Uint8Array(3 * SIZE * SIZE).fill(120) }
  const picture = path.join(dataset, 'picture.png')
  fs.writeFileSync(picture, encodeRgbPng(colour))
  const square = (x: number, y: number) => x >= 10 && x < 20 && y >= 12 && y < 22
  const white = colour.data.map((_, i) => {
    const pixel = Math.floor(i / 3)
    return square(pixel % SIZE, Math.floor(pixel / SIZE)) ? 255 : 0
  })
  fs.writeFileSync(path.join(dataset, 'mask.png'), encodeRgbPng({ ...colour, data: white }))

  const datasetId = store.transaction(() =>
    store.datasets.insert({
      name: 'Plates',
      layout: 'mvtec-ad',
      root: dataset,
      samples: null,
      fingerprint: 'f',
      createdAt: 1,
      categories: [
        { name: 'plate', nominalTrain: 0, nominalValidation: 0, nominalTest: 0, defects: {} },
      ],
    }),
  )
  const config = { ...presets.tiny, scoring: { ...presets.tiny.scoring, crop: false } }
  const { reconstruction, scoring } = config
  const runId = store.runs.insert({
    name: 'plate',
    datasetId,
    category: 'plate',
    config,
    datasetFingerprint: 'f',
    appVersion: '0',
    createdAt: 1,
  })
  const settings = { reconstruction, scoring }
  const evaluationId = store.evaluations.insert({
    runId,
    datasetId,
    category: 'plate',
    settings,
    createdAt: 1,
  })
  fs.mkdirSync(resolve('runs/maps'), { recursive: true })
  const stored: Parameters<typeof tallyOfStored>[0][number][] = []
  store.transaction(() => {
    for (let i = 0; i < images; i++) {
      const type = types[i % types.length]!
      const anomalous = type.name !== 'good'
      const name = `plate/test/${type.name}/${i}.png`
      fs.mkdirSync(path.dirname(path.join(dataset, name)), { recursive: true })
      fs.linkSync(picture, path.join(dataset, name))
      const imageId = store.images.insert(datasetId, {
        category: 'plate',
        split: 'test',
        defectType: type.name,
        anomalous,
        path: name,
        ...recorded(picture),
        width: SIZE,
        height: SIZE,
        masks: anomalous ? [{ path: 'mask.png', ...recorded(path.join(dataset, 'mask.png')) }] : [],
      })
      const maskVersionId = anomalous
        ? store.maskVersions.insert({
            imageId,
            version: 0,
            parentId: null,
            author: 'data set',
            reason: '',
            createdAt: 1,
            file: null,
            sha256: null,
          })
        : null
      const strength = 0.2 + random.uniform()
      // Images differ in how much they vary, so that classes overlap.
      const spread = [0.4 + 0.6 * random.uniform(), 0.4 + 0.6 * random.uniform()]
      const data = Float32Array.from({ length: 2 * SIZE * SIZE }, (_, at) => {
        const pixel = at % (SIZE * SIZE)
        const inside = anomalous && square(pixel % SIZE, Math.floor(pixel / SIZE))
        const feature = at < SIZE * SIZE
        const gain = feature ? type.feature : type.pixel
        const noise = spread[feature ? 0 : 1]! * random.uniform()
        return 0.3 + noise + (inside ? gain * strength : 0)
      })
      const maps = encodeNpy({ shape: [2, SIZE, SIZE], data })
      const mapsFile = `runs/maps/${imageId}.npy`
      fs.writeFileSync(resolve(mapsFile), maps)
      store.imageResults.putImported({
        evaluationId,
        imageId,
        maskVersionId,
        score: combineMaps(data, SIZE, scoring.pixelWeight, scoring.crop).score,
        startStep: reconstruction.startStep,
        ratio: 1,
        milliseconds: 10,
        mapsFile,
        mapsBytes: maps.length,
        mapsSha256: 'maps',
        reconstructionFile: mapsFile,
        reconstructionBytes: 1,
        reconstructionSha256: 'none',
      })
      const maskFile = anomalous ? path.join(dataset, 'mask.png') : null
      const { name: defectType } = type
      stored.push({ anomalous, defectType, maskFile, maps: resolve(mapsFile), ratio: 1 })
    }
  })
  const tally = await tallyOfStored(stored.slice(0, 300), scoring, {})
  const metrics = tally.metrics({ intervals: true })
  store.transaction(() => store.evaluations.finish(evaluationId, metrics, 0.01, Date.now()))
  store.close()
  return evaluationId
}
