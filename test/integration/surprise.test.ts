/** Sorts by surprise and area, computed from real maps and masks by the real background process. */
import fs from 'node:fs'
import path from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { presets } from '../../src/shared/config/presets.ts'
import type { ImageSort } from '../../src/shared/datasets/image-sorts.ts'
import { openStore } from '../../src/main/db/store.ts'
import { encodeNpy } from '../../src/main/decode/npy.ts'
import { encodeGreyPng } from '../../src/main/decode/png.ts'
import { openTestStudio } from './studio.ts'
import { temporaryFolder } from './support.ts'

const SIDE = 16
/** Rows of the mask and of the map, whole lines of 16 pixels; above 2 the map is hotter. */
const images = {
  exact: { mask: [4, 8], map: [4, 8], hotter: [4, 8] },
  half: { mask: [4, 8], map: [6, 8], hotter: [6, 8] },
  wide: { mask: [4, 8], map: [0, 16], hotter: [4, 8] },
  missed: { mask: [4, 8], map: [12, 13], hotter: [12, 12] },
} as const
type Rows = readonly [number, number]

const filled = (
  value: number,
  rows: Rows,
  pixels: { fill(v: number, a: number, b: number): unknown },
) => pixels.fill(value, rows[0] * SIDE, rows[1] * SIDE)

it('sorts by what maps and masks really have in common, at the operating point in use', async () => {
  const folder = temporaryFolder()
  const workspace = path.join(folder, 'workspace')
  const put = (name: string, pixels: Uint8Array) => {
    const file = path.join(folder, 'data/part', name)
    fs.mkdirSync(path.dirname(file), { recursive: true })
    fs.writeFileSync(file, encodeGreyPng(pixels, SIDE, SIDE))
  }
  put('train/good/0.png', new Uint8Array(SIDE * SIDE).fill(1))
  Object.entries(images).forEach(([name, { mask }], n) => {
    put(`test/cut/${name}.png`, new Uint8Array(SIDE * SIDE).fill(10 + n))
    const pixels = new Uint8Array(SIDE * SIDE)
    filled(255, mask, pixels)
    put(`ground_truth/cut/${name}_mask.png`, pixels)
  })
  const studio = openTestStudio(workspace)
  onTestFinished(() => studio.close())
  const token = studio.datasets.register(path.join(folder, 'data')).token
  const { id: datasetId } = await studio.datasets.add(token, 'Parts')
  const store = openStore(path.join(workspace, 'studio.db'))
  onTestFinished(() => store.close())
  const config = { ...presets.tiny, scoring: { ...presets.tiny.scoring, crop: false } }
  const run = { datasetId, category: 'part', createdAt: 1, config, appVersion: '0' }
  const runId = store.runs.insert({ ...run, name: 'part', datasetFingerprint: 'f' })
  const settings = { reconstruction: config.reconstruction, scoring: config.scoring }
  const evaluationId = store.evaluations.insert({ ...run, runId, settings })
  // Mean 1, so that mean + 3σ is 1 as well.
  store.evaluations.setCalibration(evaluationId, { ratio: 1, nominalScores: [1, 1] })
  for (const image of studio.datasets.images(studio.datasets.get(datasetId))) {
    const shape = images[path.basename(image.path, '.png') as keyof typeof images]
    if (!shape) continue
    const data = new Float32Array(2 * SIDE * SIDE)
    filled(1.5, shape.map, data)
    filled(2.5, shape.hotter, data)
    fs.writeFileSync(
      path.join(workspace, `${image.id}.npy`),
      encodeNpy({ shape: [2, SIDE, SIDE], data }),
    )
    store.imageResults.putImported({
      evaluationId,
      imageId: image.id,
      maskVersionId: image.maskVersionId,
      score: 2,
      startStep: 1,
      ratio: 1,
      milliseconds: 1,
      mapsFile: `${image.id}.npy`,
      mapsBytes: 1,
      mapsSha256: 'maps',
      reconstructionFile: '',
      reconstructionBytes: 1,
      reconstructionSha256: '',
    })
  }
  const sorted = async (sort: ImageSort) => {
    const query = { datasetId, filter: {}, sort, descending: true, evaluationId }
    const page = await studio.imageLists.page(query, true, 0, 10)
    return page.images.map(({ path: file, anomalyArea, disagreement }) => [
      path.basename(file, '.png'),
      anomalyArea,
      disagreement,
    ])
  }
  expect(await sorted('surprise')).toEqual([
    ['missed', 1 / 16, 1],
    ['wide', 1, 0.75],
    ['half', 2 / 16, 0.5],
    ['exact', 4 / 16, 0],
  ])
  expect((await sorted('anomaly-area')).map(([name]) => name)).toEqual([
    'wide',
    'exact',
    'half',
    'missed',
  ])

  const point = { threshold: 1, upper: null, pixelThreshold: 2, rule: null }
  const { pixelWeight } = config.scoring
  const chosenOn = { kind: 'test' } as const
  const decision = { ...point, pixelWeight, chosenOn }
  const { id } = studio.operatingPoints.save(evaluationId, 'Strict', decision)
  studio.operatingPoints.use(id)
  expect(await sorted('surprise')).toEqual([
    ['missed', 0, 1],
    ['half', 2 / 16, 0.5],
    ['wide', 4 / 16, 0],
    ['exact', 4 / 16, 0],
  ])
})
