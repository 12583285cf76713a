import type { ModelConfig } from '../../../shared/config/run-config.ts'
import { timestepEmbedding } from '../nn/timestep-embedding.ts'
import { tf, type Tensor, type Tensor4D } from '../tf.ts'
import type { TensorSpec } from './graph-def.ts'

/** [batch,S,S,3] */
export function imagesSpec(config: ModelConfig, batch: number): TensorSpec {
  return { shape: [batch, config.imageSize, config.imageSize, 3], dtype: 'float32' }
}

/** One number for each sample, to be multiplied with images: [batch,1,1,1]. */
export function perSampleSpec(batch: number): TensorSpec {
  return { shape: [batch, 1, 1, 1], dtype: 'float32' }
}

/** The embedded steps t of the samples: [batch,base channels]. */
export function wavesSpec(config: ModelConfig, batch: number): TensorSpec {
  return { shape: [batch, config.baseChannels], dtype: 'float32' }
}

export function specsOf(tensors: ReadonlyMap<string, Tensor>): Record<string, TensorSpec> {
  return Object.fromEntries(
    [...tensors].map(([name, { shape }]) => [name, { shape, dtype: 'float32' } as const]),
  )
}

/** Steps embedded, with those of the samples that fill the batch up taken as 0. */
export function waves(config: ModelConfig, steps: readonly number[], batch: number): Float32Array {
  return timestepEmbedding(padded(steps, batch), config.baseChannels)
}

/** Numbers for a batch of this size, the missing ones being 0. */
export function padded(values: readonly number[], batch: number): number[] {
  return Array.from({ length: batch }, (_, i) => values[i] ?? 0)
}

/** Images for a batch of this size, the missing ones being 0; owned by the caller. */
export function paddedImages(images: Tensor4D, batch: number): Tensor4D {
  const missing = batch - images.shape[0]
  return missing === 0
    ? images.clone()
    : tf.pad4d(images, [
        [0, missing],
        [0, 0],
        [0, 0],
        [0, 0],
      ])
}
