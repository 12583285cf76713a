/** Photographs of odd shapes, 1 : 4 to 4 : 1, cut from the demonstration's own, with finished runs over them. */
import fs from 'node:fs'
import path from 'node:path'
import { decode } from 'fast-png'
import { encodeGreyPng } from '../../src/main/decode/png.ts'
import type { EvaluationId, ImageId, RunId } from '../../src/shared/core/ids.ts'
import { openTestStudio } from '../integration/studio.ts'
import { root } from './ddad.ts'
import { addEarlierEvaluation, addEvaluatedRun, openRaw } from './evaluated-workspace.ts'

/** Width and height of the pictures, in turn. */
export const shapes = [
  [128, 512],
  [512, 128],
  [320, 320],
  [240, 480],
  [480, 240],
  [512, 384],
  [160, 512],
  [512, 512],
] as const

/** MVTec AD's layout: category `plate`, whose defects are dark scratches. */
export function writeOddPlates(folder: string): void {
  const photographs = ['brick', 'grass', 'gravel'].map((name) =>
    decode(fs.readFileSync(path.join(root, `resources/demo/${name}.png`))),
  )
  const put = (name: string, data: Uint8Array, width: number, height: number) => {
    fs.mkdirSync(path.dirname(path.join(folder, name)), { recursive: true })
    fs.writeFileSync(path.join(folder, name), encodeGreyPng(data, width, height))
  }
  const cut = (n: number, defect: boolean) => {
    const [width, height] = shapes[n % shapes.length]!
    const photograph = photographs[n % photographs.length]!
    const data = new Uint8Array(width * height)
    const mask = new Uint8Array(width * height)
    for (let y = 0, i = 0; y < height; y++) {
      for (let x = 0; x < width; x++, i++) {
        const inside =
          Math.abs(x - width / 2 - (y - height / 2) / 3) < 6 && Math.abs(y - height / 2) < 40
        data[i] = (photograph.data[y * photograph.width + ((x + 7 * n) % 512)]! + n) & 255
        if (!defect || !inside) continue
        data[i] = 12
        mask[i] = 255
      }
    }
    return { data, mask, width, height }
  }
  for (let n = 0; n < 8; n++) {
    const good = cut(n, false)
    put(`plate/test/good/00${n}.png`, good.data, good.width, good.height)
    if (n < 4)
      put(
        `plate/train/good/00${n}.png`,
        good.data.map((v) => v ^ 1),
        good.width,
        good.height,
      )
    const bad = cut(n, true)
    put(`plate/test/dent/00${n}.png`, bad.data, bad.width, bad.height)
    put(`plate/ground_truth/dent/00${n}_mask.png`, bad.mask, bad.width, bad.height)
  }
}

export interface OddWorkspace {
  readonly place: string
  readonly datasetId: number
  /** Two of one name that are evaluated; the first has lost an earlier checkpoint. */
  readonly runIds: readonly RunId[]
  readonly evaluationId: EvaluationId
  /** A defective image that is 128 × 512. */
  readonly imageId: ImageId
}

/** A workspace with the photographs, two evaluated runs and a cancelled one. */
export async function oddWorkspace(folder: string): Promise<OddWorkspace> {
  const plates = path.join(folder, 'plates')
  writeOddPlates(plates)
  const place = path.join(folder, 'workspace')
  const studio = openTestStudio(place)
  const dataset = await studio.datasets.add(studio.datasets.register(plates).token, 'Plates')
  const images = studio.datasets.images(dataset)
  await studio.close()
  const raw = openRaw(place)
  const runs = [1, 2].map((seed) =>
    addEvaluatedRun(raw, { seed }, 0.3, null, (id) => {
      if (seed === 1) addEarlierEvaluation(raw, id, 20, 0.7)
    }),
  )
  const { config, datasetId, category, datasetFingerprint } = raw.store.runs.get(runs[0]!.runId)!
  const runId = raw.store.runs.insert({
    name: 'a cancelled run',
    config,
    datasetId,
    category,
    datasetFingerprint,
    appVersion: '0',
    createdAt: 1_700_000_001_000,
  })
  const title = 'Train a cancelled run'
  const job = { kind: 'train' as const, runId, evaluationId: null, afterId: null, createdAt: 1 }
  const jobId = raw.store.jobs.insert({ ...job, title })
  raw.store.jobs.settle(jobId, { state: 'cancelled', error: null }, 2)
  raw.store.close()
  const tall = images.find(({ path: name }) => name === 'plate/test/dent/000.png')!
  return {
    place,
    datasetId: dataset.id,
    runIds: runs.map((run) => run.runId),
    evaluationId: runs[0]!.evaluationId,
    imageId: tall.id,
  }
}
