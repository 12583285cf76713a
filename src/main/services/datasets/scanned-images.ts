import type { DatasetId, ImageId } from '../../../shared/core/ids.ts'
import type { ScannedImage } from '../../../shared/processes/background.ts'
import type { Store } from '../../db/store.ts'

/** Records an image that was read, with the data set's own mask as version 0. To be called inside a transaction. */
export function storeImage(
  store: Store,
  datasetId: DatasetId,
  image: ScannedImage,
  createdAt: number,
): ImageId {
  const id = store.images.insert(datasetId, image)
  if (image.masks.length > 0) storeOwnMask(store, id, createdAt)
  return id
}

/** Puts the data set's own mask in force for an image that had none. To be called inside a transaction. */
export function storeOwnMask(store: Store, imageId: ImageId, createdAt: number): void {
  store.maskVersions.insert({
    imageId,
    version: 0,
    parentId: null,
    author: 'data set',
    reason: 'Ground truth of the data set',
    createdAt,
    file: null,
    sha256: null,
  })
}
