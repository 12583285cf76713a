import type { DatasetLayout } from '../../../../shared/datasets/dataset.ts'
import { DdadError } from '../../../../shared/errors.ts'
import type { Additions, RecordedImage } from '../../../../shared/processes/background.ts'
import type { WorkOptions } from '../../../files/in-parallel.ts'
import { readFolderTree } from './folder-tree.ts'
import { surveyOf } from './survey.ts'
import type { Reading } from '../../../../shared/datasets/reading.ts'
import { recognise } from './recognise.ts'
import { duplicates, inspectAll } from './scan-folder.ts'

interface AdditionOptions extends WorkOptions {
  readonly reading: Reading
  /** Reads what is new; otherwise only the names are compared. */
  readonly contents: boolean
}

/**
 * Finds images that came into a data set's folder after its import, and masks of images that had none, in the
 * layout that the data set has. Nothing is written.
 *
 * @throws DdadError CONFLICT when the folder has another layout now; NOT_FOUND; NOT_A_DATASET; CANCELLED.
 */
export async function findAdditions(
  root: string,
  layout: DatasetLayout,
  recorded: readonly RecordedImage[],
  { contents, ...options }: AdditionOptions,
): Promise<Additions> {
  const tree = await readFolderTree(root, options.signal)
  const { layout: now, placed } = await recognise(await surveyOf(tree, options.reading))
  if (now !== layout) {
    throw new DdadError(
      'CONFLICT',
      `${root} was imported as ${layout} and looks like ${now} with what is in it now. Nothing was added; take ` +
        'out what does not belong to it, or import the folder as another data set.',
    )
  }
  const known = new Map(recorded.map((image) => [image.path, image]))
  const images = placed.images.filter(({ path, masks }) => {
    const image = known.get(path)
    return image ? !image.masked && masks.length > 0 : true
  })
  const files = images.flatMap(({ path, masks }) => (known.has(path) ? masks : [path]))
  if (!contents) return { files, images: [], problems: [] }
  const inspected = await inspectAll(tree, { ...placed, images }, options)
  const found = inspected.flatMap(({ image }) =>
    image && (!known.has(image.path) || image.masks.length > 0) ? [image] : [],
  )
  const paths = new Set(found.map(({ path }) => path))
  const twins = duplicates([...recorded, ...found.filter(({ path }) => !known.has(path))])
  return {
    files,
    images: found,
    problems: [
      ...inspected.flatMap(({ problems }) => problems),
      ...twins.filter(({ path }) => paths.has(path)),
    ],
  }
}
