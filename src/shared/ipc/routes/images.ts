import { z } from 'zod'
import { fileStates, maskStatuses, splits, type ImageEntry } from '../../datasets/dataset.ts'
import type { ImageId, SavedFilterId } from '../../core/ids.ts'
import { causes, labels, verdicts } from '../../datasets/review.ts'
import { imageSorts } from '../../datasets/image-sorts.ts'
import { categoryName, datasetId, evaluationId, imageId, savedFilterId } from '../ids.ts'
import { route } from '../route.ts'

const names = z.array(z.string().max(500)).max(1000)

/** Images that satisfy all of these; what is absent lets everything through. */
export const imageFilter = z.strictObject({
  category: categoryName.optional(),
  splits: z.array(z.enum(splits)).max(splits.length).optional(),
  defectTypes: names.optional(),
  anomalous: z.boolean().optional(),
  verdicts: z.array(z.enum(verdicts)).max(verdicts.length).optional(),
  /** Labels that people have corrected. */
  labels: z.array(z.enum(labels)).max(labels.length).optional(),
  causes: z.array(z.enum(causes)).max(causes.length).optional(),
  maskStatuses: z.array(z.enum(maskStatuses)).max(maskStatuses.length).optional(),
  fileStates: z.array(z.enum(fileStates)).max(fileStates.length).optional(),
  /** Of the query's evaluation, both ends included. */
  minScore: z.number().optional(),
  maxScore: z.number().optional(),
  /** Part of the path, whatever its case. */
  text: z.string().max(200).optional(),
})
export type ImageFilter = z.infer<typeof imageFilter>

/** The parts of a filter that are sets of values. */
export const filterSets = [
  'splits',
  'defectTypes',
  'verdicts',
  'labels',
  'causes',
  'maskStatuses',
  'fileStates',
] as const satisfies readonly (keyof ImageFilter)[]
export type FilterSet = (typeof filterSets)[number]

/** Images that a filter would let through with one value alone in a set, by set and value; none is left out. */
export type FilterCounts = Readonly<Record<FilterSet, Readonly<Record<string, number>>>>

/** How a data set's images are looked at. All sorts but the name need an evaluation and leave out other images. */
export const imageView = z.strictObject({
  filter: imageFilter,
  sort: z.enum(imageSorts),
  descending: z.boolean(),
  evaluationId: evaluationId.optional(),
  /** What the score change is measured from. */
  baselineId: evaluationId.optional(),
})
export type ImageView = z.infer<typeof imageView>

export const imageQuery = imageView.extend({ datasetId })
export type ImageQuery = z.infer<typeof imageQuery>

/** A view kept under a name. */
export interface SavedFilter {
  readonly id: SavedFilterId
  readonly name: string
  readonly view: ImageView
}

/** An image with what the query's evaluations say of it; null where they do not. */
export interface ListedImage extends ImageEntry {
  readonly score: number | null
  readonly baselineScore: number | null
  /** Share of the map at or above the threshold, 0 … 1. */
  readonly anomalyArea: number | null
  /** 1 − IoU of mask and thresholded map, 0 … 1. */
  readonly disagreement: number | null
}

export interface ImagePage {
  readonly total: number
  readonly images: readonly ListedImage[]
}

/** Where an image is in a list; position −1 and no neighbours when it is not in it. */
export interface ImagePlace {
  readonly total: number
  readonly position: number
  readonly previous: ImageId | null
  readonly next: ImageId | null
}

const viewName = z.string().trim().min(1).max(100)

export const imageRoutes = {
  /**
   * A page of an ordered list. The order is settled when a list is first asked for, or asked for afresh, so that
   * giving verdicts does not move images about.
   */
  'images.list': route<ImagePage>()(
    z.strictObject({
      query: imageQuery,
      fresh: z.boolean(),
      offset: z.number().int().min(0),
      limit: z.number().int().min(1).max(500),
    }),
  ),
  /** Ids of a stretch of an ordered list. */
  'images.ids': route<readonly ImageId[]>()(
    z.strictObject({
      query: imageQuery,
      offset: z.number().int().min(0),
      limit: z.number().int().min(1).max(1_000_000),
    }),
  ),
  'images.place': route<ImagePlace>()(z.strictObject({ query: imageQuery, imageId })),
  'images.counts': route<FilterCounts>()(z.strictObject({ query: imageQuery })),
  'images.get': route<ImageEntry>()(z.strictObject({ imageId })),
  'filters.list': route<readonly SavedFilter[]>()(z.strictObject({ datasetId })),
  /** Keeps a view under a name, in the place of one that has it already. */
  'filters.save': route<SavedFilter>()(
    z.strictObject({ datasetId, name: viewName, view: imageView }),
  ),
  'filters.remove': route<null>()(z.strictObject({ savedFilterId })),
}
