import type { ImageId, ImageResultId, MaskVersionId } from '../core/ids.ts'

/** Addresses of the `ddad://` protocol. Everything is named by id; main looks the file up. */
export const SCHEME = 'ddad'

export const addresses = {
  page: `${SCHEME}://app/index.html`,
  /** The image as stored in the data set. */
  image: (id: ImageId) => `${SCHEME}://app/image/${id}`,
  /** A thumbnail of at most 160 pixels a side; another `version` asks for another content. */
  thumbnail: (id: ImageId, version = '') =>
    `${SCHEME}://app/thumbnail/${id}${version && `?${version}`}`,
  /** A picture of a folder that is no data set yet, as it would be read; see ReadingExample. */
  example: (id: number) => `${SCHEME}://app/example/${id}`,
  /** A mask version as an 8-bit PNG: 0, 255, or 64 for void. */
  mask: (id: MaskVersionId) => `${SCHEME}://app/mask/${id}`,
  /** A mask version's class indices, run-length coded (`decodeMask` of shared/mask/rle). */
  maskClasses: (id: MaskVersionId) => `${SCHEME}://app/mask-classes/${id}`,
  /** The record of an image's unsaved edits. */
  maskJournal: (id: ImageId) => `${SCHEME}://app/mask-journal/${id}`,
  reconstruction: (id: ImageResultId) => `${SCHEME}://app/reconstruction/${id}`,
  /** `.npy` float32 [2, S, S]: blurred feature and pixel distance. */
  maps: (id: ImageResultId) => `${SCHEME}://app/maps/${id}`,
}
