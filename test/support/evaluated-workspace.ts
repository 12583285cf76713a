/** A workspace with real PNG files, maps and finished runs, made without a network. */
import fs from 'node:fs'
import path from 'node:path'
import { presets } from '../../src/shared/config/presets.ts'
import type { RunConfig } from '../../src/shared/config/run-config.ts'
import type { EvaluationId, RunId, StudyId } from '../../src/shared/core/ids.ts'
import type { ImageEntry } from '../../src/shared/datasets/dataset.ts'
import type { MaskVersion } from '../../src/shared/masks/mask-version.ts'
import { crc32 } from '../../src/shared/masks/codec/crc32.ts'
import { MaskEditor } from '../../src/shared/masks/edit.ts'
import { createMask } from '../../src/shared/masks/mask.ts'
import { decodeMask as decodeClasses } from '../../src/shared/masks/codec/rle.ts'
import { rectangleSelection } from '../../src/shared/masks/tools/shapes.ts'
import type { MaskChangeNote } from '../../src/main/services/masks/masks.ts'
import type { Studio } from '../../src/main/services/studio.ts'
import { evaluationMetrics } from './evaluation-metrics.ts'
import { Random } from '../../src/shared/random.ts'
import { sha256 } from '../../src/main/files/files.ts'
import { maskCoverage } from '../../src/main/decode/mask.ts'
import { encodeNpy } from '../../src/main/decode/npy.ts'
import { encodeGreyPng, encodeRgbPng } from '../../src/main/decode/png.ts'
import { openWorkspace, type Workspace } from '../../src/main/services/core/workspace.ts'

const SIDE = 48
const SIZE = 16

/** A bright square where the defect is. */
function picture(defect: boolean, place: number): Uint8Array {
  const data = new Uint8Array(3 * SIDE * SIDE).fill(90)
  if (!defect) return data
  for (let y = 8; y < 24; y++) {
    for (let x = 8 + place; x < 24 + place; x++)
      data.fill(230, 3 * (y * SIDE + x), 3 * (y * SIDE + x) + 3)
  }
  return data
}

/** Where the defect of an image is. */
function maskOf(place: number): Uint8Array {
  const mask = new Uint8Array(SIDE * SIDE)
  for (let y = 8; y < 24; y++) mask.fill(255, y * SIDE + 8 + place, y * SIDE + 24 + place)
  return mask
}

/**
 * MVTec AD's layout: category `plate` with 4 training images and as many nominal as defective test images, which
 * repeat after eight.
 */
export function writePlates(root: string, tests = 8): void {
  const put = (name: string, bytes: Uint8Array) => {
    fs.mkdirSync(path.dirname(path.join(root, name)), { recursive: true })
    fs.writeFileSync(path.join(root, name), bytes)
  }
  const png = (defect: boolean, place: number) =>
    encodeRgbPng({ width: SIDE, height: SIDE, data: picture(defect, place).map((v) => v + place) })
  for (let n = 0; n < 4; n++) put(`plate/train/good/00${n}.png`, png(false, 20 + n))
  for (let n = 0; n < tests; n++) {
    const name = String(n).padStart(3, '0')
    put(`plate/test/good/${name}.png`, png(false, n % 8))
    put(`plate/test/dent/${name}.png`, png(true, n % 8))
    put(`plate/ground_truth/dent/${name}_mask.png`, encodeGreyPng(maskOf(n % 8), SIDE, SIDE))
  }
}

/**
 * Adds a finished run with one checkpoint, a loss curve and one evaluation, whose scores separate the classes
 * by `gap` standard deviations.
 * @param before adds what the run had before that: the newest evaluation is the one that was asked for last
 */
export function addEvaluatedRun(
  { store, resolve }: Workspace,
  change: Partial<RunConfig>,
  gap: number,
  studyId: StudyId | null = null,
  before: (runId: RunId) => void = () => {},
): { runId: RunId; evaluationId: EvaluationId } {
  const [dataset] = store.datasets.list()
  const config: RunConfig = { ...presets.tiny, ...change }
  const { reconstruction, scoring } = config
  const random = new Random(config.seed)
  const noise = new Random(config.seed, 1)
  return store.transaction(() => {
    const base = { datasetId: dataset!.id, category: 'plate', createdAt: 1_700_000_000_000 }
    const runId = store.runs.insert({
      ...base,
      name: `plate (tiny, seed ${config.seed})`,
      config,
      studyId,
      datasetFingerprint: dataset!.fingerprint,
      appVersion: '0.1.0',
    })
    const jobId = store.jobs.insert({
      kind: 'train',
      runId,
      evaluationId: null,
      afterId: null,
      title: 'Train plate',
      createdAt: 1,
    })
    store.jobs.setProgress(jobId, { done: 40, total: 40, secondsPerStep: 0.1, secondsLeft: 0 })
    store.jobs.settle(jobId, { state: 'finished', error: null }, 2)
    const loss = (step: number) => 1000 / step + 20 * random.normal()
    store.metricPoints.put(
      runId,
      Array.from({ length: 40 }, (_, n) => ({ step: n + 1, name: 'loss', value: loss(n + 1) })),
    )
    const weights = Buffer.from(`weights of seed ${config.seed}`)
    const write = (file: string, bytes: Uint8Array) => {
      fs.mkdirSync(path.dirname(resolve(file)), { recursive: true })
      fs.writeFileSync(resolve(file), bytes)
      return { file, bytes: bytes.length, sha256: sha256(bytes) }
    }
    const written = write(`runs/${runId}/unet-00000040.safetensors`, weights)
    store.checkpoints.put({ runId, kind: 'unet', step: 40, createdAt: 3, ...written })
    before(runId)
    const settings = { reconstruction, scoring }
    const evaluationId = store.evaluations.insert({ runId, settings, ...base })
    const [checkpoint] = store.checkpoints.list(runId)
    store.evaluations.setCheckpoints(evaluationId, checkpoint!.id, null)
    store.evaluations.setCalibration(evaluationId, { ratio: 1, nominalScores: [0.9, 1, 1.1, 1] })
    const images = store.images.ofCategory(dataset!.id, 'plate').filter((i) => i.split === 'test')
    const scored = images.map((image) => {
      const score = 1 + (image.anomalous ? 0.2 * gap : 0) + 0.2 * random.normal()
      const mask = image.anomalous ? coverageOf(image.path) : null
      const map = Float32Array.from({ length: SIZE * SIZE }, (_, i) => {
        const contrast = mask && mask[i]! > 127 ? 0.06 * gap : 0
        return score * Math.min(0.9, 0.2 + 0.2 * noise.uniform() + contrast)
      })
      map[SIZE * 5 + 5] = score
      const maps = encodeNpy({
        shape: [2, SIZE, SIZE],
        data: Float32Array.from([...map, ...new Float32Array(SIZE * SIZE)]),
      })
      const folder = `runs/${runId}/evaluations/${evaluationId}`
      const stored = write(`${folder}/${image.id}.npy`, maps)
      const small = new Uint8Array(3 * SIZE * SIZE).fill(120)
      const rebuilt = encodeRgbPng({ width: SIZE, height: SIZE, data: small })
      const reconstruction = write(`${folder}/${image.id}.png`, rebuilt)
      store.imageResults.putImported({
        evaluationId,
        imageId: image.id,
        maskVersionId: image.maskVersionId,
        score,
        startStep: 250,
        ratio: 1,
        milliseconds: 12,
        mapsFile: stored.file,
        mapsBytes: stored.bytes,
        mapsSha256: stored.sha256,
        reconstructionFile: reconstruction.file,
        reconstructionBytes: reconstruction.bytes,
        reconstructionSha256: reconstruction.sha256,
      })
      const { anomalous, defectType } = image
      return { score, anomalous, defectType, width: SIZE, height: SIZE, map, mask }
    })
    const metrics = evaluationMetrics(scored, { intervals: true })
    store.evaluations.finish(evaluationId, metrics, 0.012, 1_700_000_000_500)
    return { runId, evaluationId }
  })
}

/** Adds an evaluation of an earlier checkpoint of a run, without results of images. */
export function addEarlierEvaluation({ store }: Workspace, id: RunId, step: number, value: number) {
  const { config, datasetId, category } = store.runs.get(id)!
  const { reconstruction, scoring } = config
  const file = `runs/${id}/unet-${step}.safetensors`
  store.checkpoints.put({ runId: id, kind: 'unet', step, createdAt: 2, file, bytes: 1, sha256: '' })
  const made = store.checkpoints.list(id).find((checkpoint) => checkpoint.step === step)!
  const settings = { reconstruction, scoring }
  const own = { runId: id, datasetId, category, settings, createdAt: 1 }
  const evaluationId = store.evaluations.insert(own)
  store.evaluations.setCheckpoints(evaluationId, made.id, null)
  const figures = (['imageAuroc', 'pixelAuroc', 'auPro30'] as const).map((name, n) => ({
    defectType: null,
    name,
    value: value - 0.01 * n,
  }))
  store.transaction(() => store.evaluations.finish(evaluationId, figures, 0.01, 2))
}

/** The mask of `…/<n>.png` at the size of the maps. */
function coverageOf(file: string): Uint8Array {
  const data = maskOf(Number(path.parse(file).name) % 8)
  return maskCoverage({ width: SIDE, height: SIDE, data, values: [0, 255] }, SIZE).defect
}

/** Draws a rectangle into an image's mask and saves it as its next version, as the window does. */
export async function correctMask(
  { masks, files }: Studio,
  { id, maskVersionId }: ImageEntry,
  change: MaskChangeNote,
): Promise<MaskVersion> {
  const base =
    maskVersionId === null
      ? createMask(SIDE, SIDE)
      : decodeClasses(fs.readFileSync(await files.maskClasses(maskVersionId)))
  const parts: Uint8Array[] = []
  const editor = new MaskEditor(base, { journal: (bytes) => parts.push(bytes) })
  const box = { x: 2, y: 3, width: 9, height: 6 }
  editor.apply('Rectangle', (draft) => draft.set(rectangleSelection(box, base), 1))
  await masks.journals.append(id, maskVersionId, 0, Buffer.concat(parts))
  const saved = await masks.save(id, maskVersionId, maskVersionId, crc32(editor.mask.data), change)
  await masks.journals.discard(id)
  return saved
}

/** Opens a workspace directly, for what no service does. To be closed by the caller. */
export const openRaw = (folder: string): Workspace => openWorkspace(folder)
