import type { DatasetLayout, Split } from '../../../../shared/datasets/dataset.ts'
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
  const { tree, placed } = await placedIn(root, layout, options)
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

/**
 * The split of every image as its folder has it, whatever rule deals them out.
 *
 * @throws DdadError CONFLICT when the folder has another layout now; NOT_FOUND; NOT_A_DATASET.
 */
export async function folderSplits(
  root: string,
  layout: DatasetLayout,
  reading: Reading,
): Promise<readonly { readonly path: string; readonly split: Split }[]> {
  const { placed } = await placedIn(root, layout, { reading })
  return placed.images.map(({ path, split }) => ({ path, split }))
}

/** What is in a folder, in the layout that it was imported with. */
async function placedIn(
  root: string,
  layout: DatasetLayout,
  { reading, signal }: Pick<AdditionOptions, 'reading' | 'signal'>,
) {
  const tree = await readFolderTree(root, signal)
  const { layout: now, placed } = await recognise(await surveyOf(tree, reading))
  if (now === layout) return { tree, placed }
  throw new DdadError(
    'CONFLICT',
    `${root} was imported as ${layout} and looks like ${now} with what is in it now. Nothing was changed; take ` +
      'out what does not belong to it, or import the folder as another data set.',
  )
}
