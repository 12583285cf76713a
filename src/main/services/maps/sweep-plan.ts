/** Which images and maps a sweep is about. */
import { createHash } from 'node:crypto'
import { sweepSettings, type SweepSpec } from '../../../shared/config/sweep-spec.ts'
import { NOMINAL, type ImageEntry } from '../../../shared/datasets/dataset.ts'
import { readImageAddress, ruleName } from '../../../shared/datasets/sample-range.ts'
import { NEIGHBOURS } from '../../../shared/diffusion/start-step-rule.ts'
import type { Run } from '../../../shared/runs/run.ts'
import type { SweepGroup } from '../../../shared/maps/sweep.ts'
import type { MapImage } from '../../../shared/processes/engine.ts'
import type { Files } from '../datasets/files.ts'
import { calibrationImages, nominalInOrder } from '../runs/run-images.ts'
import { weightsOf } from '../runs/run-weights.ts'
import type { Workspace } from '../core/workspace.ts'
import { plainImage, type MapsAt } from './map-store.ts'

/** Where among the ordered nominal images those begin that get a painted defect. */
const PAINTED_FROM = 16
/** Nominal training images that distances are measured to, at most. */
const BANK = 400

export interface PlannedImage extends MapImage {
  readonly image: ImageEntry
  readonly group: SweepGroup
}

/** Nominal images with painted defects. */
export function paintedImages(
  run: Run,
  images: readonly ImageEntry[],
  count: number,
  files: Files,
): readonly PlannedImage[] {
  const nominal = nominalInOrder(run, images)
  return Array.from({ length: count }, (_, paint) => {
    const image = nominal[(PAINTED_FROM + paint) % nominal.length]!
    const { key, file } = plainImage(files, image)
    return { key: `${key}-painted-${paint}`, file, paint, image, group: 'synthetic' }
  })
}

/**
 * The images of a sweep: those that calibrate it first, because scores need them, then the others with their defect
 * types taken in turn, so that figures mean something early on.
 */
export function sweepImages(
  { store }: Workspace,
  run: Run,
  images: readonly ImageEntry[],
  spec: Pick<SweepSpec, 'imageIds' | 'synthetic'>,
  files: Files,
): readonly PlannedImage[] {
  const planned = (group: SweepGroup) => (image: ImageEntry) => ({
    ...plainImage(files, image),
    image,
    group,
  })
  const wanted = spec.imageIds && new Set(spec.imageIds)
  const tests = images.filter(({ id, split }) => split === 'test' && (!wanted || wanted.has(id)))
  return [
    ...calibrationImages(store, run, images).map(planned('nominal')),
    ...inTurn(tests).map(planned('test')),
    ...paintedImages(run, images, spec.synthetic, files),
  ]
}

/** Takes defect types in turn, the nominal ones among them. */
function inTurn(images: readonly ImageEntry[]): readonly ImageEntry[] {
  const groups = Map.groupBy(images, ({ defectType }) => defectType)
  const rank = new Map([...groups.values()].flatMap((group) => group.map((image, i) => [image, i])))
  const name = ({ defectType }: ImageEntry) => (defectType === NOMINAL ? '' : defectType)
  return images.toSorted((a, b) => rank.get(a)! - rank.get(b)! || name(a).localeCompare(name(b)))
}

/** Nominal images that distances are measured to by every sweep and evaluation of a run, and a name for them. */
export function distanceBank(
  run: Run,
  images: readonly ImageEntry[],
  files: Files,
  neighbours = NEIGHBOURS,
) {
  const bank = nominalInOrder(run, images)
    .slice(0, BANK)
    .map((image) => plainImage(files, image))
  const hash = createHash('sha256')
  for (const { key, file } of bank) hash.update(key + ruleName(readImageAddress(file)))
  if (neighbours !== NEIGHBOURS) hash.update(` ${neighbours}`)
  return { bank, name: hash.digest('hex') }
}

/** All maps of a sweep. */
export function sweepMaps(
  workspace: Workspace,
  run: Run,
  spec: SweepSpec,
  images: readonly PlannedImage[],
): readonly MapsAt[] {
  const ids = spec.checkpointIds.length > 0 ? spec.checkpointIds : [null]
  return ids
    .map((id) => weightsOf(workspace, run, id))
    .flatMap((weights) =>
      sweepSettings(spec, run.config.reconstruction).map((settings) => ({
        weights,
        settings,
        images,
      })),
    )
}
