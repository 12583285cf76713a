import type { Studio } from '../../services/studio.ts'
import type { RouteHandlers } from '../router.ts'

type ReviewHandlers = Pick<RouteHandlers, Extract<keyof RouteHandlers, `reviews.${string}`>>

export function reviewHandlers({ reviews }: Studio): ReviewHandlers {
  return {
    'reviews.set': ({ imageIds, patch }) => reviews.set(imageIds, patch),
    'reviews.undo': ({ change }) => reviews.undo(change),
    'reviews.current': ({ imageIds }) => reviews.current(imageIds),
    'reviews.counts': ({ datasetId, category }) => reviews.counts(datasetId, category),
  }
}
