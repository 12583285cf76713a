/** Which maps a sweep needs and which of them are stored. */
import fs from 'node:fs'
import { createHash } from 'node:crypto'
import type { ReconstructionSettings } from '../../../shared/config/run-config.ts'
import { passesOf, sweepSettings, type SweepSpec } from '../../../shared/config/sweep-spec.ts'
import { NOMINAL, type ImageEntry } from '../../../shared/datasets/dataset.ts'
import type { Run } from '../../../shared/runs/run.ts'
import type { SweepGroup } from '../../../shared/maps/sweep.ts'
import { DdadError } from '../../../shared/errors.ts'
import type { MapImage } from '../../../shared/processes/engine.ts'
import { Random } from '../../../shared/random.ts'
import type { CellKey } from '../../db/repos/sweeps.ts'
import type { Files } from '../datasets/files.ts'
import { weightsOf, type RunWeights } from '../runs/run-weights.ts'
import type { Workspace } from '../core/workspace.ts'

/** Nominal training images by which scores at different settings are made comparable. */
const CALIBRATION = 16
/** Nominal training images that distances are measured to, at most. */
const BANK = 400

export interface PlannedImage extends MapImage {
  readonly image: ImageEntry
  readonly group: SweepGroup
}

/** Settings with the positions of the images whose maps are not stored. */
export interface PlannedCell {
  readonly cell: CellKey
  readonly weights: number
  readonly reconstruction: ReconstructionSettings
  readonly missing: readonly number[]
}

/** The part of a cell's key that all cells of a run share. */
export function cellBase(run: Run, { features }: RunWeights) {
  const { config } = run
  return {
    features: features?.sha256 ?? `frozen ${config.extractor}`,
    blurSigma: config.scoring.blurSigma,
    batch: config.evaluationBatch,
  }
}

/** Folder of a cell's maps, relative to the workspace. */
export const cellFolder = (cellId: number) => `sweeps/${cellId}`
export const mapFile = (cellId: number, key: string) => `${cellFolder(cellId)}/${key}.npy`

/** Nominal training images in a seeded order that a run keeps. */
function nominalInOrder(run: Run, images: readonly ImageEntry[]): ImageEntry[] {
  const left = images.filter(({ split, anomalous }) => split === 'train' && !anomalous)
  if (left.length === 0)
    throw new DdadError('CONFLICT', `${run.category} has no nominal training images.`)
  const random = new Random(run.config.reconstruction.noiseSeed, 0x57)
  return Array.from({ length: left.length }, () => left.splice(random.integer(left.length), 1)[0]!)
}

/**
 * The images of a sweep: nominal ones first, because scores need them, then the others with their defect types
 * taken in turn, so that figures mean something early on.
 */
export function sweepImages(
  run: Run,
  images: readonly ImageEntry[],
  spec: Pick<SweepSpec, 'imageIds' | 'synthetic'>,
  files: Files,
): PlannedImage[] {
  const planned = (image: ImageEntry, group: SweepGroup, paint: number | null): PlannedImage => ({
    key: paint === null ? image.sha256 : `${image.sha256}-painted-${paint}`,
    file: files.original(image.id),
    paint,
    image,
    group,
  })
  const nominal = nominalInOrder(run, images)
  const wanted = spec.imageIds && new Set(spec.imageIds)
  const tests = images.filter(({ id, split }) => split === 'test' && (!wanted || wanted.has(id)))
  const synthetic = Array.from({ length: spec.synthetic }, (_, i) =>
    planned(nominal[(CALIBRATION + i) % nominal.length]!, 'synthetic', i),
  )
  return [
    ...nominal.slice(0, CALIBRATION).map((image) => planned(image, 'nominal', null)),
    ...inTurn(tests).map((image) => planned(image, 'test', null)),
    ...synthetic,
  ]
}

/** Takes defect types in turn, the nominal ones among them. */
function inTurn(images: readonly ImageEntry[]): ImageEntry[] {
  const groups = Map.groupBy(images, ({ defectType }) => defectType)
  const rank = new Map([...groups.values()].flatMap((group) => group.map((image, i) => [image, i])))
  const name = ({ defectType }: ImageEntry) => (defectType === NOMINAL ? '' : defectType)
  return images.toSorted((a, b) => rank.get(a)! - rank.get(b)! || name(a).localeCompare(name(b)))
}

/** Nominal images that distances are measured to, and a name for them. */
export function distanceBank(run: Run, images: readonly ImageEntry[], files: Files) {
  const bank = nominalInOrder(run, images)
    .slice(0, BANK)
    .map(({ id, sha256 }) => ({ key: sha256, file: files.original(id), paint: null }))
  const hash = createHash('sha256')
  for (const { key } of bank) hash.update(key)
  return { bank, name: hash.digest('hex') }
}

/** Every setting of a sweep with what is missing of it. */
export function planSweep(
  workspace: Workspace,
  run: Run,
  spec: SweepSpec,
  images: readonly PlannedImage[],
): { readonly weights: readonly RunWeights[]; readonly cells: readonly PlannedCell[] } {
  const { store, resolve } = workspace
  const ids = spec.checkpointIds.length > 0 ? spec.checkpointIds : [null]
  const weights = ids.map((id) => weightsOf(workspace, run, id))
  const cells = weights.flatMap((pair, index) =>
    sweepSettings(spec, run.config.reconstruction).map((reconstruction): PlannedCell => {
      const cell = { ...cellBase(run, pair), unetSha256: pair.unet.sha256, reconstruction }
      const id = store.sweeps.findCell(cell)
      const stored = id === null ? null : store.sweeps.maps(id)
      const missing = images.flatMap(({ key }, position) =>
        stored?.has(key) && fs.existsSync(resolve(mapFile(id!, key))) ? [] : [position],
      )
      return { cell, weights: index, reconstruction, missing }
    }),
  )
  return { weights, cells }
}

/** Network passes that are left and those that are done. */
export function passesLeft(cells: readonly PlannedCell[], images: number) {
  const count = (of: (cell: PlannedCell) => number) =>
    cells.reduce((sum, cell) => sum + of(cell) * passesOf(cell.reconstruction), 0)
  const left = count(({ missing }) => missing.length)
  return { left, done: count(() => images) - left }
}
