import type { ImportProblem } from '../../../../shared/datasets/dataset.ts'
import { countCategories } from '../../../../shared/datasets/categories.ts'
import { DdadError } from '../../../../shared/errors.ts'
import type { Scan, ScannedImage } from '../../../../shared/processes/background.ts'
import { summarise } from '../../../../shared/datasets/account.ts'
import { inParallel, type WorkOptions } from '../../in-parallel.ts'
import { accountOf } from './account.ts'
import { readFolderTree, type FolderTree } from './folder-tree.ts'
import { inspectImage, type Inspected } from './inspect.ts'
import type { Layout, Placement } from './layout.ts'
import { dagm, kolektorSdd, kolektorSdd2 } from './layouts/by-mask.ts'
import { btad } from './layouts/btad.ts'
import { mtd } from './layouts/mtd.ts'
import { mvtec3d } from './layouts/mvtec-3d.ts'
import { mvtecAd2 } from './layouts/mvtec-ad-2.ts'
import { mvtecAd } from './layouts/mvtec-ad.ts'
import { mvtecLoco } from './layouts/mvtec-loco.ts'
import { plain } from './layouts/plain.ts'
import { realIad } from './layouts/real-iad.ts'
import { visa1cls } from './layouts/visa-1cls.ts'
import { visa } from './layouts/visa.ts'
import { pictureChecks } from './picture-checks.ts'
import { pictureProblems, samplesOf } from './picture-words.ts'
import { surveyOf, type Survey } from './survey.ts'
import { openScanJournal } from './scan-journal.ts'

/** The most specific first: several layouts contain what MVTec AD has. */
const layouts: readonly Layout[] = [
  mvtecAd2,
  mvtecLoco,
  mvtec3d,
  realIad,
  visa,
  visa1cls,
  btad,
  mtd,
  kolektorSdd2,
  kolektorSdd,
  dagm,
  mvtecAd,
  plain,
]

export interface ScanOptions extends WorkOptions {
  /** File that keeps what was read, so that the scan goes on from there when it is ended. */
  readonly journal?: string
}

/**
 * Recognises a data set by its structure and looks into every image and mask. Whatever is wrong with single
 * files is reported and does not stop the rest. Nothing is written.
 *
 * @throws DdadError NOT_A_DATASET saying what was looked for; NOT_FOUND; CANCELLED.
 */
export async function scanFolder(root: string, options: ScanOptions = {}): Promise<Scan> {
  const tree = await readFolderTree(root, options.signal)
  const survey = await surveyOf(tree)
  const { layout, placed } = await recognise(survey)
  const inspected = await inspectAll(tree, placed, options)
  const account = accountOf(survey, placed, inspected)
  const images = inspected.flatMap(({ image }) => (image ? [image] : []))
  const problems: ImportProblem[] = [
    ...tree.problems,
    ...placed.problems,
    ...inspected.flatMap((one) => one.problems),
    ...placed.extraMasks.map((file) => ({
      kind: 'extra-mask' as const,
      path: file,
      message: 'A mask without an image; it was left out.',
    })),
    ...account.problems,
    ...duplicates(images),
    ...pictureProblems(inspected),
  ]
  return {
    layout,
    images,
    samples: samplesOf(inspected),
    files: account.files,
    report: {
      name: tree.name,
      layout,
      recognisedBy: placed.recognisedBy,
      categories: countCategories(images),
      imageCount: images.length,
      maskCount: images.reduce((sum, { masks }) => sum + masks.length, 0),
      problems,
      account: summarise(account.files),
    },
  }
}

/** Looks into every image, apart from those that an earlier scan has looked into. */
export async function inspectAll(
  tree: FolderTree,
  { images, codedMasks }: Placement,
  options: ScanOptions,
): Promise<Inspected[]> {
  const checkOf = pictureChecks(images.length)
  const journal = options.journal === undefined ? null : await openScanJournal(options.journal)
  try {
    return await inParallel(
      images,
      options,
      'The scan was cancelled; nothing was stored.',
      async (image, index) => {
        const known = journal?.known(tree, image, codedMasks)
        if (known) return known
        const found = await inspectImage(tree, image, codedMasks, checkOf(index))
        journal?.add(tree, image, codedMasks, found)
        return found
      },
    )
  } finally {
    await journal?.close()
  }
}

/** Finds a folder's layout and where it places each image. */
export async function recognise(
  survey: Survey,
): Promise<{ layout: Layout['layout']; placed: Placement }> {
  for (const candidate of layouts) {
    const placed = await candidate.place(survey)
    if (placed) return { layout: candidate.layout, placed }
  }
  const lookedFor = layouts.map((layout) => `– ${layout.lookedFor}`).join('\n')
  throw new DdadError(
    'NOT_A_DATASET',
    `${survey.whole.root} is not recognised as a data set. Looked for:\n${lookedFor}`,
  )
}

/** Images of the same content in training and in test: they make a score look better than it is. */
export function duplicates(
  images: readonly Pick<ScannedImage, 'split' | 'sha256' | 'path'>[],
): ImportProblem[] {
  const trained = new Map(
    images.filter(({ split }) => split === 'train').map((image) => [image.sha256, image.path]),
  )
  return images.flatMap(({ split, sha256, path: file }) => {
    const twin = split === 'train' ? undefined : trained.get(sha256)
    if (twin === undefined) return []
    const message = `The same content as the training image ${twin}.`
    return [{ kind: 'duplicate-across-splits' as const, path: file, message }]
  })
}
