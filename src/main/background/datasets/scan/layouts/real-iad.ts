import path from 'node:path'
import { z } from 'zod'
import { NOMINAL, type ImportProblem } from '../../../../../shared/datasets/dataset.ts'
import type { FolderTree } from '../folder-tree.ts'
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

interface Placed {
  readonly images: PlacedImage[]
  readonly problems: ImportProblem[]
}

/** Real-IAD: OK and NG by sample, with a JSON file per category that holds the split. */
export const realIad: Layout = {
  layout: 'real-iad',
  lookedFor: 'Real-IAD: OK/<sample> and NG/<type>/<sample>, with a JSON file per category',
  async place(tree, readText) {
    const categories = categoryFolders(
      tree,
      (base) => foldersIn(tree, `${base}OK`).length > 0 && foldersIn(tree, `${base}NG`).length > 0,
    )
    if (categories.length === 0) return null
    const placed: Placed[] = []
    let withoutList = 0
    for (const category of categories) {
      const list = listOf(tree, category.name.slice(category.name.lastIndexOf('/') + 1))
      if (list === undefined) withoutList += 1
      placed.push(
        list === undefined
          ? placeByFolder(tree, category)
          : placeByList(tree, category, list, await readText(list)),
      )
    }
    const assumed =
      withoutList === 0
        ? 'split by the JSON file of each category'
        : `${withoutList} without a JSON file, where every fifth sample of OK is tested`
    return placement(
      `The folders OK and NG, as in Real-IAD; ${assumed}.`,
      placed.flatMap(({ images }) => images),
      { problems: placed.flatMap(({ problems }) => problems) },
    )
  },
}

/** The category's list; of several the one in `realiad_jsons`, not the variants beside it. */
function listOf(tree: FolderTree, category: string): string | undefined {
  const lists = [...tree.files.keys()].filter((file) => `/${file}`.endsWith(`/${category}.json`))
  return lists.find((file) => /(^|\/)realiad_jsons\//.test(file)) ?? lists[0]
}

function placeByList(
  tree: FolderTree,
  category: CategoryFolder,
  file: string,
  text: string,
): Placed {
  const { name, base } = category
  const images: PlacedImage[] = []
  const problems: ImportProblem[] = []
  const parsed = listing.safeParse(asJson(text))
  if (!parsed.success) {
    const message = `Not a list of Real-IAD (${z.prettifyError(parsed.error)}); the category was left out.`
    return { images, problems: [{ kind: 'unreadable-image', path: file, message }] }
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
        })
      }
    }
  }
  const files = imagesBelow(tree, base.slice(0, -1)).filter((one) => !isMask(one))
  problems.push(...unlisted(category, files, images, file))
  return { images, problems }
}

function placeByFolder(tree: FolderTree, { name, base }: CategoryFolder): Placed {
  const nominal = foldersIn(tree, `${base}OK`).flatMap((sample, index) =>
    imagesBelow(tree, `${base}OK/${sample}`).map((file): PlacedImage => ({
      category: name,
      split: everyFifth(index),
      defectType: NOMINAL,
      anomalous: false,
      path: file,
      masks: [],
    })),
  )
  const anomalous = foldersIn(tree, `${base}NG`).flatMap((type) =>
    foldersIn(tree, `${base}NG/${type}`).flatMap((sample) => {
      const files = imagesBelow(tree, `${base}NG/${type}/${sample}`)
      const masks = new Map(files.filter(isMask).map((file) => [withoutEnding(file), file]))
      return files
        .filter((file) => !isMask(file))
        .map((file): PlacedImage => {
          const mask = masks.get(`${withoutEnding(file)}_mask`)
          // A view in which the sample's defect cannot be seen has no mask and counts as nominal.
          const visible = mask !== undefined || masks.size === 0
          return {
            category: name,
            split: 'test',
            defectType: visible ? type : NOMINAL,
            anomalous: visible,
            path: file,
            masks: mask === undefined ? [] : [mask],
          }
        })
    }),
  )
  return { images: [...nominal, ...anomalous], problems: [] }
}

const isMask = (file: string): boolean => stemOf(file).endsWith('_mask')

function withoutEnding(file: string): string {
  return file.replace(/\.[^./]*$/, '')
}

function asJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
