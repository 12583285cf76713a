import type { ImageId } from '../../../../../shared/core/ids.ts'

/** Images that are chosen; replaced as a whole, as a signal for each of 100,000 would cost too much. */
export type ImageSet = ReadonlySet<ImageId>

export const setOf = (ids: readonly ImageId[]): ImageSet => new Set(ids)

/** The set with an image added, or taken away when it was in it. */
export function withToggled(set: ImageSet, id: ImageId): ImageSet {
  const changed = new Set(set)
  if (!changed.delete(id)) changed.add(id)
  return changed
}
