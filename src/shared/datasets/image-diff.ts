/** What became of images from one run to another. */
import type { Split } from './dataset.ts'
import type { ImageId } from '../core/ids.ts'

/** An image of a run's category as the run saw it. */
export interface SeenImage {
  /** Relative to the data set's root. */
  readonly path: string
  readonly split: Split
  readonly defectType: string
  readonly sha256: string
}

/** An image by name, with its id where it is in the workspace. */
export interface NamedImage {
  readonly name: string
  readonly imageId: ImageId | null
  /** What became of it, where that is more than the heading says. */
  readonly note: string
}

export type ImageChange = 'added' | 'removed' | 'changed' | 'moved' | 'relabelled'

/**
 * Every image that is not the same in both lists, by what became of it. An image is known by its path; one that has
 * its content at another path was moved.
 */
export function diffImages(
  before: readonly SeenImage[],
  after: readonly SeenImage[],
): Readonly<Record<ImageChange, readonly (Omit<NamedImage, 'imageId'> & { path: string })[]>> {
  const known = new Map(before.map((image) => [image.path, image]))
  const later = new Set(after.map(({ path }) => path))
  const gone = before.filter(({ path }) => !later.has(path))
  const byContent = Map.groupBy(gone, ({ sha256 }) => sha256)
  const fresh = after.filter(({ path }) => !known.has(path))
  const moved = fresh.flatMap((image) => {
    const from = byContent.get(image.sha256)?.pop()
    return from ? [{ image, from }] : []
  })
  const from = new Set(moved.map((one) => one.from))
  const to = new Set(moved.map(({ image }) => image))
  const place = ({ split, defectType }: SeenImage) => `${split}, ${defectType}`
  const entry = ({ path }: SeenImage, note = '') => ({ path, name: path, note })
  const both = after.flatMap((image) => {
    const earlier = known.get(image.path)
    return earlier ? [{ image, earlier }] : []
  })
  return {
    added: fresh.filter((image) => !to.has(image)).map((image) => entry(image, place(image))),
    removed: gone.filter((image) => !from.has(image)).map((image) => entry(image, place(image))),
    changed: both
      .filter(({ image, earlier }) => image.sha256 !== earlier.sha256)
      .map(({ image }) => entry(image, 'other content')),
    moved: moved.map(({ image, from: { path } }) => entry(image, `was ${path}`)),
    relabelled: both
      .filter(({ image, earlier }) => place(image) !== place(earlier))
      .map(({ image, earlier }) => entry(image, `${place(earlier)} → ${place(image)}`)),
  }
}
