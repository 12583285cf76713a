/** What is found out about a data set's pictures by decoding few of them. */
import type { SampleExtent } from '../../../../shared/datasets/sample-range.ts'
import { decodeSamples } from '../../../decode/decode.ts'
import type { ImageHeader } from '../../../decode/image-header.ts'
import { imageKind } from '../../../decode/image-kind.ts'
import { extentOf } from '../../../decode/wide-samples.ts'

/** Images of more than 8 bits whose samples are looked at, evenly over the data set. */
const MEASURED = 48

export interface PictureFacts {
  /** How EXIF would have it turned, 1 … 8; 1 is upright. */
  readonly orientation: number
  /** What samples of more than 8 bits hold, where it was looked at. */
  readonly extent?: SampleExtent
}

/**
 * Looks at an image: decodes it where no image of its kind was decoded before, so that formats that are not supported
 * are found, and where its samples are measured.
 *
 * @throws DdadError BAD_FILE when it cannot be decoded.
 */
export type PictureCheck = (
  bytes: Uint8Array,
  file: string,
  header: ImageHeader,
) => Promise<PictureFacts>

/** Checks for so many images. */
export function pictureChecks(images: number): (place: number) => PictureCheck {
  /** By kind: whether an image of it was decoded; asked for once, however many are looked at together. */
  const known = new Map<string, Promise<boolean>>()
  const stride = Math.max(1, Math.floor(images / MEASURED))
  return (place) => async (bytes, file, header) => {
    const { words, wide, orientation } = imageKind(bytes, header)
    const measured = wide && place % stride === 0
    if (!measured && (await known.get(words))) return { orientation }
    const decoding = decodeSamples(bytes, file)
    known.set(
      words,
      decoding.then(
        () => true,
        () => false,
      ),
    )
    const samples = await decoding
    const isWide = !(samples.data instanceof Uint8Array)
    return measured && isWide ? { orientation, extent: extentOf(samples) } : { orientation }
  }
}
