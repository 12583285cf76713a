/** What people found out about images: verdicts, corrected labels, causes of failure, notes. */
import { randomUUID } from 'node:crypto'
import type { DatasetId, ImageId } from '../../../shared/core/ids.ts'
import type { Review, ReviewCounts } from '../../../shared/datasets/review.ts'
import { DdadError } from '../../../shared/errors.ts'
import type { ReviewChange, ReviewPatch } from '../../../shared/ipc/routes/reviews.ts'
import type { Facts } from '../core/facts.ts'
import type { Workspace } from '../core/workspace.ts'

export function createReviews({ store }: Workspace, facts: Facts) {
  function record(write: (change: string, now: number) => number): ReviewChange {
    const change = randomUUID()
    const images = store.transaction(() => write(change, Date.now()))
    facts.tell('reviews.changed', { imageIds: store.reviews.imagesOf(change) })
    return { change, images }
  }

  return {
    /**
     * Adds to each image's history; what the patch leaves out stays as it was.
     * @throws {DdadError} INVALID_INPUT for an empty patch, NOT_FOUND when none of the images exists.
     */
    set: (imageIds: readonly ImageId[], patch: ReviewPatch): ReviewChange => {
      if (Object.keys(patch).length === 0) {
        throw new DdadError('INVALID_INPUT', 'Nothing to set: no verdict, label, cause or note.')
      }
      const done = record((change, now) => store.reviews.add(change, imageIds, patch, now))
      if (done.images > 0) return done
      throw new DdadError('NOT_FOUND', 'None of these images is in this workspace any more.')
    },
    /** Takes a change back, except for images that have been set since. */
    undo: (undone: string): ReviewChange =>
      record((change, now) => store.reviews.revert(undone, change, now)),
    current: (imageIds: readonly ImageId[]): readonly Review[] => store.reviews.current(imageIds),
    /** An image's reviews, the newest first. */
    history: (imageId: ImageId): readonly Review[] => store.reviews.history(imageId),
    ofDataset: (datasetId: DatasetId) => store.reviews.ofDataset(datasetId),
    counts: (datasetId: DatasetId, category?: string): ReviewCounts =>
      store.reviews.counts(datasetId, category),
  }
}
