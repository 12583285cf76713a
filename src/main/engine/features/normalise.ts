/** From the studio's images in −1 … 1 to what a pretrained network was trained on. */
import { tf, type Tensor4D } from '../tf.ts'
import type { ResNetForm } from './resnet-weights.ts'

interface Affine {
  readonly scale: readonly number[]
  readonly offset: readonly number[]
}

const MEAN = [0.485, 0.456, 0.406]
const DEVIATION = [0.229, 0.224, 0.225]
/** Mean of 0–255 RGB images that Keras' ResNet-50 subtracts; conv1's channels are reversed on reading. */
const KERAS_MEAN = [123.68, 116.779, 103.939]

const affine: Readonly<Record<ResNetForm, Affine>> = {
  torchvision: {
    scale: DEVIATION.map((deviation) => 0.5 / deviation),
    offset: MEAN.map((mean, c) => (0.5 - mean) / (DEVIATION[c] as number)),
  },
  keras: { scale: [127.5, 127.5, 127.5], offset: KERAS_MEAN.map((mean) => 127.5 - mean) },
}

/** RGB images [N, S, S, 3] in −1 … 1 as the network of this form takes them. */
export function normaliseImages(images: Tensor4D, form: ResNetForm): Tensor4D {
  const { scale, offset } = affine[form]
  return tf.tidy(() => tf.add(tf.mul(images, tf.tensor1d([...scale])), tf.tensor1d([...offset])))
}
