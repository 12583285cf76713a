/** The frozen feature extractor: images to the outputs of three stages. */
import type { ExtractorSource } from '../../../shared/processes/engine.ts'
import { float32Tensor, toFloat32 } from '../formats/array-tensor.ts'
import { fromTorch } from '../nn/layout.ts'
import { op, tf, type Tensor1D, type Tensor4D } from '../tf.ts'
import { normaliseImages } from './normalise.ts'
import { normOf, type ResNetWeights } from './resnet-weights.ts'
import { convolve, join, pool, runResNet, type Stages } from './resnet.ts'
import { readAdapted, readResNetWeights } from './weights-files.ts'

export interface Extractor {
  /** RGB images [N, S, S, 3] in −1 … 1 as the network takes them. */
  normalise(images: Tensor4D): Tensor4D
  /** Outputs of layer1, layer2 and layer3 for normalised images. */
  stages(normalised: Tensor4D): Stages
  dispose(): void
}

interface FoldedUnit {
  readonly kernel: Tensor4D
  readonly bias: Tensor1D
}

/** A network in evaluation mode, with batch normalisation folded into the convolutions. */
export function createExtractor(weights: ResNetWeights): Extractor {
  const units = new Map<string, FoldedUnit>()
  for (const name of weights.tensors.keys())
    if (/(conv\d|downsample\.0)\.weight$/.test(name)) {
      const conv = name.slice(0, -'.weight'.length)
      units.set(conv, foldUnit(weights, conv))
    }
  return {
    normalise: (images) => normaliseImages(images, weights.form),
    stages: (normalised) =>
      tf.tidy(() =>
        runResNet(normalised, weights.form, weights.blocks, {
          unit: (x, conv, stride, relu) => {
            const { kernel, bias } = units.get(conv)!
            const y = op<Tensor4D>('BiasAdd', [convolve(x, kernel, stride), bias])
            return relu ? tf.relu(y) : y
          },
          pool,
          join,
        }),
      ),
    dispose: () => {
      for (const { kernel, bias } of units.values()) tf.dispose([kernel, bias])
    },
  }
}

/**
 * Reads the extractor that scores: the adapted one where there is one, else the frozen one.
 * @throws DdadError WEIGHTS_MISSING, NOT_FOUND or BAD_FILE naming the file
 */
export async function openExtractor(
  frozen: ExtractorSource | null,
  adapted: string | null,
): Promise<Extractor> {
  if (adapted !== null) return createExtractor(await readAdapted(adapted))
  if (frozen) return loadExtractor(frozen)
  throw new Error('Scoring needs an extractor, frozen or adapted.')
}

/** Reads the frozen ImageNet extractor. Throws what {@link readResNetWeights} does. */
export async function loadExtractor(source: ExtractorSource): Promise<Extractor> {
  return createExtractor(await readResNetWeights(source))
}

/** γ·(conv(x) − mean)/√(variance + ε) + β as one convolution with a bias, folded in float64. */
function foldUnit({ tensors, epsilon }: ResNetWeights, conv: string): FoldedUnit {
  const norm = normOf(conv)
  const weight = tensors.get(`${conv}.weight`)!
  const { shape } = weight
  const kernel = toFloat32(weight).slice()
  const vector = (name: string) => toFloat32(tensors.get(`${norm}.${name}`)!)
  const [scale, shift] = [vector('weight'), vector('bias')]
  const [mean, variance] = [vector('running_mean'), vector('running_var')]
  const [outputs = 0] = shape
  const stride = kernel.length / outputs
  const bias = new Float32Array(outputs)
  for (let o = 0; o < outputs; o++) {
    const factor = scale[o]! / Math.sqrt(variance[o]! + epsilon)
    bias[o] = shift[o]! - mean[o]! * factor
    for (let i = o * stride; i < (o + 1) * stride; i++) kernel[i] = kernel[i]! * factor
  }
  return {
    kernel: fromTorch(float32Tensor(shape, kernel)) as Tensor4D,
    bias: tf.tensor1d(bias),
  }
}
