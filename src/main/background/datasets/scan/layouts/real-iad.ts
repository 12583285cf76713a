import path from 'node:path'
import { z } from 'zod'
import { NOMINAL, type ImportProblem, type Split } from '../../../../../shared/datasets/dataset.ts'
import type { FolderTree } from '../folder-tree.ts'
import { groupBelow } from '../kinds.ts'
import { placement, type Layout, type PlacedImage } from '../layout.ts'
import {
  categoryFolders,
  everyFifth,
  foldersIn,
  imagesBelow,
  stemOf,
  unlisted,
  type CategoryFolder,
} from '../tree-queries.ts'
import type { Survey } from '../survey.ts'

const entry = z.object({
  anomaly_class: z.string(),
  image_path: z.string(),
  mask_path: z.string().nullish(),
})
const listing = z.object({
  meta: z.object({ normal_class: z.string() }),
  train: z.array(entry),
  test: z.array(entry),
})

/** The folder of a sample, as Real-IAD names it. */
const sampleName = /^S\d+$/i

interface Placed {
  readonly images: PlacedImage[]
  readonly problems: ImportProblem[]
  readonly list: string | null
  readonly leftOut: readonly [string, string][]
}

/** Real-IAD: OK and NG by sample, with a JSON file per category that holds the split. */
export const realIad: Layout = {
  layout: 'real-iad',
  lookedFor: 'Real-IAD: OK/<sample> and NG/<type>/<sample>, with a JSON file per category',
  async place(survey) {
    const { tree } = survey
    const categories = categoryFolders(
      tree,
      (base) =>
        foldersIn(tree, `${base}OK`).length > 0 &&
        foldersIn(tree, `${base}NG`).some((type) =>
          foldersIn(tree, `${base}NG/${type}`).some((name) => sampleName.test(name)),
        ),
    )
    if (categories.length === 0) return null
    const placed: Placed[] = []
    let withoutList = 0
    for (const category of categories) {
      const list = listOf(tree, category.name.slice(category.name.lastIndexOf('/') + 1))
      if (list === undefined) withoutList += 1
      placed.push(
        list === undefined
          ? placeByFolder(survey, category)
          : placeByList(survey, category, list, await survey.text(list)),
      )
    }
    const assumed =
      withoutList === 0
        ? 'split by the JSON file of each category'
        : `${withoutList} without a JSON file, where every fifth sample of OK is tested`
    return placement(
      `The folders OK and NG, as in Real-IAD; ${assumed}.`,
      placed.flatMap(({ images }) => images),
      {
        problems: placed.flatMap(({ problems }) => problems),
        lists: placed.flatMap(({ list }) => list ?? []),
        leftOut: new Map(placed.flatMap(({ leftOut }) => leftOut)),
      },
    )
  },
}

/** The category's list; of several the one in `realiad_jsons`, not the variants beside it. */
function listOf(tree: FolderTree, category: string): string | undefined {
  const lists = [...tree.files.keys()].filter((file) => `/${file}`.endsWith(`/${category}.json`))
  return lists.find((file) => /(^|\/)realiad_jsons\//.test(file)) ?? lists[0]
}

function placeByList(survey: Survey, category: CategoryFolder, file: string, text: string): Placed {
  const { name, base } = category
  const { whole: tree } = survey
  const images: PlacedImage[] = []
  const problems: ImportProblem[] = []
  const parsed = listing.safeParse(asJson(text))
  if (!parsed.success) {
    const message = `Not a list of Real-IAD (${z.prettifyError(parsed.error)}); the category was left out.`
    return {
      images,
      problems: [{ kind: 'unreadable-image', path: file, message }],
      list: null,
      leftOut: imagesBelow(tree, base.slice(0, -1)).map((one) => [one, 'its list cannot be read']),
    }
  }
  const { meta, train, test } = parsed.data
  for (const [split, entries] of [
    ['train', train],
    ['test', test],
  ] as const) {
    for (const { anomaly_class: kind, image_path: image, mask_path: mask } of entries) {
      const target = path.posix.normalize(base + image)
      if (target.startsWith('../') || path.posix.isAbsolute(target)) {
        problems.push({
          kind: 'outside-root',
          path: file,
          message: `Names ${image}, which is outside.`,
        })
      } else if (!tree.files.has(target)) {
        problems.push({
          kind: 'unreadable-image',
          path: target,
          message: `Listed in ${file}, not there.`,
        })
      } else {
        const anomalous = kind !== meta.normal_class
        const maskFile = mask == null ? null : path.posix.normalize(base + mask)
        images.push({
          category: name,
          split,
          defectType: anomalous ? kind : NOMINAL,
          anomalous,
          path: target,
          masks: maskFile !== null && tree.files.has(maskFile) ? [maskFile] : [],
          group: groupBelow(base.slice(0, -1), target),
        })
      }
    }
  }
  const files = imagesBelow(survey.tree, base.slice(0, -1)).filter((one) => !isMask(one))
  const found = unlisted(category, files, images, file)
  return {
    images,
    problems: [...problems, ...found.problems],
    list: file,
    leftOut: found.leftOut,
  }
}

function placeByFolder(survey: Survey, { name, base }: CategoryFolder): Placed {
  const { tree } = survey
  const place = (path: string, defectType: string, split: Split): PlacedImage => ({
    category: name,
    split,
    defectType,
    anomalous: defectType !== NOMINAL,
    path,
    masks: survey.masksBeside(path),
    group: groupBelow(base.slice(0, -1), path),
  })
  const nominal = foldersIn(tree, `${base}OK`).flatMap((sample, index) =>
    imagesBelow(tree, `${base}OK/${sample}`).map((file) => place(file, NOMINAL, everyFifth(index))),
  )
  const anomalous = foldersIn(tree, `${base}NG`).flatMap((type) =>
    foldersIn(tree, `${base}NG/${type}`).flatMap((sample) => {
      const files = imagesBelow(tree, `${base}NG/${type}/${sample}`).filter((file) => !isMask(file))
      const masked = files.some((file) => survey.masksBeside(file).length > 0)
      // A view in which the sample's defect cannot be seen has no mask and counts as nominal.
      const visible = (file: string) => !masked || survey.masksBeside(file).length > 0
      return files.map((file) => place(file, visible(file) ? type : NOMINAL, 'test'))
    }),
  )
  return { images: [...nominal, ...anomalous], problems: [], list: null, leftOut: [] }
}

const isMask = (file: string): boolean => stemOf(file).endsWith('_mask')

function asJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
