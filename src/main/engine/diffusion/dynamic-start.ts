/** Features by which T′ is chosen for an image (D3AD, arXiv 2401.04463, section 3.2). */
import type { Stages } from '../features/resnet.ts'
import { tf, type Tensor4D } from '../tf.ts'

/** Side to which D3AD averages the features. */
const SIDE = 16

/** One vector per image: layer2 averaged to at most 16×16. */
export function describe(stages: Stages): Float32Array[] {
  const pooled = tf.tidy(() => {
    const layer: Tensor4D = stages[1]
    const factor = Math.max(1, Math.floor(layer.shape[1] / SIDE))
    return tf.unstack(factor === 1 ? tf.clone(layer) : tf.avgPool(layer, factor, factor, 'valid'))
  })
  try {
    return pooled.map((image) => image.dataSync<'float32'>().slice())
  } finally {
    tf.dispose(pooled)
  }
}
