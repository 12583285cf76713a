import type { ImportProblem } from '../../../../shared/datasets/dataset.ts'
import { countCategories } from '../../../../shared/datasets/categories.ts'
import type { Reading } from '../../../../shared/datasets/reading.ts'
import { splitByGroup } from '../../../../shared/datasets/split.ts'
import type { Scan, ScannedImage } from '../../../../shared/processes/background.ts'
import { summarise } from '../../../../shared/datasets/account.ts'
import { inParallel, type WorkOptions } from '../../../files/in-parallel.ts'
import { accountOf } from './account.ts'
import { readFolderTree, type FolderTree } from './folder-tree.ts'
import { inspectImage, type Inspected } from './inspect.ts'
import type { Placement } from './layout.ts'
import { pictureChecks } from './picture-checks.ts'
import { pictureProblems, samplesOf } from './picture-words.ts'
import { questionsOf } from './questions.ts'
import { recognise } from './recognise.ts'
import { surveyOf } from './survey.ts'
import { openScanJournal } from './scan-journal.ts'

export interface ScanOptions extends WorkOptions {
  /** What was chosen where the folder could be read in several ways. */
  readonly reading?: Reading | undefined
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
  const { reading = {} } = options
  const survey = await surveyOf(tree, reading)
  const recognised = await recognise(survey)
  const { layout, placed } = recognised
  const inspected = await inspectAll(tree, placed, options)
  const read = inspected.flatMap(({ image }) => (image ? [image] : []))
  const images = reading.split ? splitByGroup(read, reading.split) : read
  const account = accountOf(survey, placed, { inspected, images })
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
    ...pictureProblems(inspected, reading),
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
      questions: questionsOf(survey, recognised, inspected),
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
  const { reading = {} } = options
  const rules = { codedMasks, reading }
  const checkOf = pictureChecks(images.length)
  const journal = options.journal === undefined ? null : await openScanJournal(options.journal)
  try {
    return await inParallel(
      images,
      options,
      'The scan was cancelled; nothing was stored.',
      async (image, index) => {
        const known = journal?.known(tree, image, rules)
        if (known) return known
        const found = await inspectImage(tree, image, rules, checkOf(index))
        journal?.add(tree, image, rules, found)
        return found
      },
    )
  } finally {
    await journal?.close()
  }
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
