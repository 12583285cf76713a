import { z } from 'zod'
import {
  causes,
  labels,
  REVIEWED_AT_ONCE,
  verdicts,
  type Review,
  type ReviewCounts,
} from '../../datasets/review.ts'
import { categoryName, datasetId, imageId } from '../ids.ts'
import { route } from '../route.ts'

/** What is set; what is absent stays as it was for each image. */
export const reviewPatch = z.strictObject({
  verdict: z.enum(verdicts).optional(),
  label: z.enum(labels).nullable().optional(),
  causes: z.array(z.enum(causes)).max(causes.length).optional(),
  note: z.string().max(2000).optional(),
})
export type ReviewPatch = z.infer<typeof reviewPatch>

/** A change of one or many images' reviews, which can be undone by its name. */
export interface ReviewChange {
  readonly change: string
  readonly images: number
}

const imageIds = (most: number) => z.array(imageId).min(1).max(most)
const change = z.uuid()

export const reviewRoutes = {
  /** Gives the images a verdict, a label, causes or a note. */
  'reviews.set': route<ReviewChange>()(
    z.strictObject({ imageIds: imageIds(REVIEWED_AT_ONCE), patch: reviewPatch }),
  ),
  /** Takes a change back where nothing has been set since; itself a change, which can be undone. */
  'reviews.undo': route<ReviewChange>()(z.strictObject({ change })),
  /** Reviews in force; images that nobody has looked at are left out. */
  'reviews.current': route<readonly Review[]>()(z.strictObject({ imageIds: imageIds(1000) })),
  'reviews.counts': route<ReviewCounts>()(
    z.strictObject({ datasetId, category: categoryName.optional() }),
  ),
}
