/** Which images a run is about, and in which part they play: one rule for training, evaluations and sweeps. */
import type { ImageEntry } from '../../../shared/datasets/dataset.ts'
import type { SeenImage } from '../../../shared/datasets/image-diff.ts'
import type { Run } from '../../../shared/runs/run.ts'
import { DdadError } from '../../../shared/errors.ts'
import { Random } from '../../../shared/random.ts'
import type { Store } from '../../db/store.ts'

/** Nominal training images that a run's scores are calibrated on. */
const CALIBRATION = 32

/** Those of a list that are here, by path, or by content where the path is gone; in the order of the images. */
export function stillHere(
  list: readonly SeenImage[],
  images: readonly ImageEntry[],
): readonly ImageEntry[] {
  const paths = new Set(images.map(({ path }) => path))
  const wanted = new Set(list.map(({ path }) => path))
  const moved = new Set(list.flatMap(({ path, sha256 }) => (paths.has(path) ? [] : [sha256])))
  return images.filter(({ path, sha256 }) => wanted.has(path) || moved.has(sha256))
}

/**
 * The images that a run is about. Its training images are those that it began with, also when others came into the
 * data set since.
 */
export function imagesOf(store: Store, run: Run): readonly ImageEntry[] {
  const images = store.images.ofCategory(run.datasetId, run.category)
  const seen = store.runImageLists.ofRun(run.id)
  if (!seen) return images
  const known = new Set(stillHere(seen, images))
  return images.filter((image) => image.split !== 'train' || known.has(image))
}

/** Images with the hashes of what their files hold, as far as they were looked at: not always what was imported. */
export function asFound(store: Store, images: readonly ImageEntry[]): readonly ImageEntry[] {
  const changes = store.fileChanges.ofImages(images.map(({ id }) => id))
  const found = new Map(
    changes.flatMap((c) => (c.part === 0 && c.sha256 ? [[c.imageId, c.sha256]] : [])),
  )
  return images.map((image) => ({ ...image, sha256: found.get(image.id) ?? image.sha256 }))
}

/**
 * Nominal training images in a seeded order that a run keeps.
 * @throws {DdadError} CONFLICT when there are none.
 */
export function nominalInOrder(run: Run, images: readonly ImageEntry[]): readonly ImageEntry[] {
  const left = images.filter(({ split, anomalous }) => split === 'train' && !anomalous)
  if (left.length === 0)
    throw new DdadError('CONFLICT', `${run.category} has no nominal training images.`)
  const random = new Random(run.config.reconstruction.noiseSeed, 0x57)
  return Array.from({ length: left.length }, () => left.splice(random.integer(left.length), 1)[0]!)
}

/**
 * The nominal images that scores of a run are calibrated on, whoever scores: chosen by its seed when first needed, and
 * kept from then on.
 */
export function calibrationImages(
  store: Store,
  run: Run,
  images: readonly ImageEntry[],
): readonly ImageEntry[] {
  const ordered = nominalInOrder(run, images)
  const known = store.runImageLists.calibration.get(run.id)
  const kept = known ? stillHere(known, ordered) : []
  if (kept.length > 0) return kept
  const chosen = ordered.slice(0, CALIBRATION)
  store.runImageLists.calibration.put(run.id, chosen)
  return chosen
}
