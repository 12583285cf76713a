/** The bottleneck ResNet (He et al. 2015) up to layer3, for any way of convolving and normalising. */
import { tf, type Tensor4D } from '../tf.ts'
import type { ResNetForm } from './resnet-weights.ts'

/** Outputs of layer1, layer2 and layer3: strides 4, 8 and 16. */
export type Stages = [Tensor4D, Tensor4D, Tensor4D]

/** What a network is made of; training has layers that know their gradients. */
export interface ResNetLayers {
  /** Convolves by `conv`'s kernel, normalises by its batch statistics, then applies ReLU where asked. */
  readonly unit: (x: Tensor4D, conv: string, stride: number, relu: boolean) => Tensor4D
  /** The largest of 3 × 3 pixels, at every second one. */
  readonly pool: (x: Tensor4D) => Tensor4D
  /** ReLU of a sum. */
  readonly join: (a: Tensor4D, b: Tensor4D) => Tensor4D
}

/**
 * Runs the network on normalised images [N, S, S, 3]. `torchvision` strides in the 3×3 convolution of each
 * stage's first block, `keras` in its first 1×1 convolution. Zero padding before max-pooling equals −∞ here,
 * as its input is the output of a ReLU.
 */
export function runResNet(
  images: Tensor4D,
  form: ResNetForm,
  blocks: readonly number[],
  { unit, pool, join }: ResNetLayers,
): Stages {
  let x = tf.tidy(() => pool(unit(images, 'conv1', 2, true)))
  const stages: Tensor4D[] = []
  for (const [stage, count] of blocks.entries()) {
    for (let block = 0; block < count; block++) {
      const input = x
      const stride = stage > 0 && block === 0 ? 2 : 1
      const [outer, inner] = form === 'keras' ? [stride, 1] : [1, stride]
      const name = `layer${stage + 1}.${block}`
      x = tf.tidy(() => {
        const first = unit(input, `${name}.conv1`, outer, true)
        const second = unit(first, `${name}.conv2`, inner, true)
        const third = unit(second, `${name}.conv3`, 1, false)
        const shortcut = block === 0 ? unit(input, `${name}.downsample.0`, stride, false) : input
        return join(third, shortcut)
      })
    }
    stages.push(x)
  }
  return stages as Stages
}

export const pool = (x: Tensor4D): Tensor4D => tf.maxPool(padSides(x, 1), 3, 2, 'valid')
export const join = (a: Tensor4D, b: Tensor4D): Tensor4D => tf.relu(tf.add(a, b))

/** Convolution [kh, kw, in, out] with k/2 zeros on every side, as torch pads; TensorFlow's `same` differs. */
export function convolve(x: Tensor4D, kernel: Tensor4D, stride: number): Tensor4D {
  const side = kernel.shape[0]
  if (stride === 1) return tf.conv2d(x, kernel, 1, 'same')
  return tf.conv2d(padSides(x, (side - 1) / 2), kernel, stride, 'valid')
}

export function padSides(x: Tensor4D, size: number): Tensor4D {
  if (size === 0) return x
  return tf.pad(x, [
    [0, 0],
    [size, size],
    [size, size],
    [0, 0],
  ])
}
