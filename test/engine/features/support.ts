import { readFileSync } from 'node:fs'
import path from 'node:path'
import {
  checkedWeights,
  type ResNetWeights,
} from '../../../src/main/engine/features/resnet-weights.ts'
import { readTorch } from '../../../src/main/engine/formats/torch.ts'
import { tf, type Tensor4D } from '../../../src/main/engine/tf.ts'
import { readGolden } from '../../support/safetensors.ts'
import { imagesOf } from '../support.ts'

export const golden = readGolden('resnet.safetensors')

/** The reference extractor: blocks 1-2-1, width 16 per group, written by PyTorch with fp16 kernels. */
export function goldenResNet(): ResNetWeights {
  const file = path.join(import.meta.dirname, '../../fixtures/golden/resnet.pth')
  return checkedWeights('torchvision', 1e-5, readTorch(readFileSync(file), file), file)
}

/** Reference images in −1 … 1. */
export function goldenPhotographs(name: 'image' | 'reconstruction'): Tensor4D {
  return tf.tidy(() => tf.sub(tf.mul(imagesOf(golden(name)), 2), 1))
}
