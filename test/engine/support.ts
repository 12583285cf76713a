import { readFileSync } from 'node:fs'
import path from 'node:path'
import { expect } from 'vitest'
import { readTorch } from '../../src/main/engine/formats/torch.ts'
import { unetFromTensors } from '../../src/main/engine/nn/load-unet.ts'
import type { Unet } from '../../src/main/engine/nn/unet.ts'
import { tf, valuesOf as valuesIn, type Tensor, type Tensor4D } from '../../src/main/engine/tf.ts'
import type { GoldenTensor } from '../support/safetensors.ts'

/** The reference U-Net: 32 pixels, base 32, written by PyTorch from a DataParallel model. */
export function goldenUnet(): Unet {
  const file = path.join(import.meta.dirname, '../fixtures/golden/unet.pth')
  return unetFromTensors(readTorch(readFileSync(file), file), null, file)
}

/** Reference images, NCHW, as the network takes them: NHWC. */
export function imagesOf({ shape, data }: GoldenTensor): Tensor4D {
  return tf.tidy(() => {
    const stored = tf.tensor4d(data as Float32Array, shape as [number, number, number, number])
    return tf.transpose(stored, [0, 2, 3, 1])
  })
}

/** Images as PyTorch orders them: NCHW. */
export function inTorchOrder(images: Tensor4D): Float32Array {
  return valuesIn(() => tf.transpose(images, [0, 3, 1, 2]))
}

/** The largest difference, relative to the largest reference value. */
export function relativeError(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  expect(actual.length).toBe(expected.length)
  let difference = 0
  let largest = 0
  for (let i = 0; i < expected.length; i++) {
    // NaN must not pass as "not larger".
    if (!(Math.abs(actual[i]! - expected[i]!) <= difference))
      difference = Math.abs(actual[i]! - expected[i]!)
    largest = Math.max(largest, Math.abs(expected[i]!))
  }
  return difference / largest
}

export function valuesOf(tensor: Tensor): Float32Array {
  return tensor.dataSync<'float32'>()
}
