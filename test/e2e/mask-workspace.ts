/** A workspace with a small data set and stored maps, to edit masks on; pictures are made of known shapes. */
import fs from 'node:fs'
import path from 'node:path'
import { encode } from 'fast-png'
import { openStore } from '../../src/main/db/store.ts'
import { writeFileAtomic } from '../../src/main/files/files.ts'
import { encodeNpy } from '../../src/main/decode/npy.ts'
import { presets } from '../../src/shared/config/presets.ts'
import type { ImageId } from '../../src/shared/core/ids.ts'
import { MaskEditor } from '../../src/shared/masks/edit.ts'
import type { Mask } from '../../src/shared/masks/mask.ts'
import { openTestStudio } from '../integration/studio.ts'

export const width = 96
export const height = 80
export const MAP_SIDE = 32
export const HOT = { x: 4, y: 20, width: 5, height: 4 }

/** Grey 100 with a bright square, and a row that is brighter still. */
export function grey(x: number, y: number): number {
  if (y === 70) return 250
  return x >= 70 && x < 80 && y >= 50 && y < 60 ? 220 : 100
}

function write(root: string, name: string, value: (x: number, y: number) => number): void {
  const data = Uint8Array.from({ length: width * height }, (_, i) =>
    value(i % width, Math.floor(i / width)),
  )
  const file = path.join(root, name)
  fs.mkdirSync(path.dirname(file), { recursive: true })
  fs.writeFileSync(file, encode({ width, height, channels: 1, depth: 8, data }))
}

/** `[feature, pixel]` maps, cold but for one rectangle. */
export function hotMap(): Float32Array {
  return Float32Array.from({ length: 2 * MAP_SIDE * MAP_SIDE }, (_, i) => {
    const x = i % MAP_SIDE
    const y = Math.floor(i / MAP_SIDE)
    const hot = x >= HOT.x && x < HOT.x + HOT.width && y >= HOT.y && y < HOT.y + HOT.height
    return hot ? 1 : 0.01 * (1 + (i % 7))
  })
}

export interface MaskWorkspace {
  readonly folder: string
  readonly root: string
  /** Two images with masks of 12 × 4 pixels, and one without a defect. */
  readonly images: readonly ImageId[]
}

/** Imports the data set and stores an evaluation of it, as if it had been run. */
export async function maskWorkspace(parent: string): Promise<MaskWorkspace> {
  const root = path.join(parent, 'Räder #2')
  for (const n of [0, 1]) write(root, `wheel/train/good/00${n}.png`, (x, y) => (x * y + n) % 200)
  write(root, 'wheel/test/good/000.png', (x, y) => (x + 2 * y) % 90)
  for (const n of [0, 1]) {
    write(root, `wheel/test/scratch/00${n}.png`, (x, y) => Math.max(grey(x, y), n))
    write(root, `wheel/ground_truth/scratch/00${n}_mask.png`, (x, y) =>
      x >= 2 && x < 14 && y >= 2 + n && y < 6 + n ? 255 : 0,
    )
  }
  const folder = path.join(parent, 'workspace')
  const studio = openTestStudio(folder)
  const dataset = await studio.datasets.add(studio.datasets.register(root).token, 'Wheels')
  const { id } = dataset
  const images = studio.datasets.images(dataset).filter(({ split }) => split === 'test')
  await studio.close()

  const store = openStore(path.join(folder, 'studio.db'))
  const { reconstruction, scoring } = presets.tiny
  const place = { datasetId: id, category: 'wheel', createdAt: Date.now() }
  const run = { name: 'wheel', config: presets.tiny, datasetFingerprint: 'f', appVersion: '0' }
  const runId = store.runs.insert({ ...place, ...run })
  const settings = { reconstruction, scoring: { ...scoring, pixelWeight: 0, crop: false } }
  const evaluationId = store.evaluations.insert({ ...place, runId, settings })
  for (const image of images) {
    const name = `runs/${image.id}`
    fs.mkdirSync(path.join(folder, 'runs'), { recursive: true })
    const shape = [2, MAP_SIDE, MAP_SIDE]
    const data = image.anomalous ? hotMap() : hotMap().map((value) => value / 10)
    const maps = await writeFileAtomic(path.join(folder, `${name}.npy`), encodeNpy({ shape, data }))
    const rgb = new Uint8Array(3 * MAP_SIDE * MAP_SIDE).fill(100)
    const picture = encode({ width: MAP_SIDE, height: MAP_SIDE, channels: 3, depth: 8, data: rgb })
    const rebuilt = await writeFileAtomic(path.join(folder, `${name}.png`), picture)
    store.imageResults.putImported({
      evaluationId,
      imageId: image.id,
      maskVersionId: image.maskVersionId,
      score: image.anomalous ? 1 : 0.1,
      startStep: 100,
      ratio: 1,
      milliseconds: 1,
      mapsFile: `${name}.npy`,
      mapsBytes: maps.bytes,
      mapsSha256: maps.sha256,
      reconstructionFile: `${name}.png`,
      reconstructionBytes: rebuilt.bytes,
      reconstructionSha256: rebuilt.sha256,
    })
  }
  const nominalScores = [0.1, 0.2, 0.3, 0.2]
  store.evaluations.setCalibration(evaluationId, { ratio: 1, nominalScores })
  store.transaction(() => store.evaluations.finish(evaluationId, [], 1, Date.now()))
  store.close()
  const ids = images.toSorted((a, b) => Number(b.anomalous) - Number(a.anomalous))
  return { folder, root, images: ids.map((image) => image.id) }
}

/** The mask that an image's journal on disk adds up to; the base while there is none. */
export function journalled(folder: string, imageId: ImageId, base: Mask): Mask {
  const journals = path.join(folder, 'masks/journals')
  const names = fs.existsSync(journals) ? fs.readdirSync(journals) : []
  const name = names.find((file) => file.startsWith(`${imageId}-`))
  if (name === undefined) return base
  return MaskEditor.recover(base, fs.readFileSync(path.join(journals, name))).editor.mask
}
