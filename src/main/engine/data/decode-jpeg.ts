import type { RgbImage } from '../../decode/decode.ts'
import { tf } from '../tf.ts'

/** Decodes JPEG bit-identically with libjpeg's accurate integer DCT and smooth chroma, as Pillow does. */
export function decodeJpeg(bytes: Uint8Array): RgbImage {
  const image = tf.node.decodeJpeg(bytes, 3, 1, true, false, 1, 'INTEGER_ACCURATE')
  try {
    const [height, width] = image.shape
    return { width, height, data: Uint8Array.from(image.dataSync()) }
  } finally {
    image.dispose()
  }
}
