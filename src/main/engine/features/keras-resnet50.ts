/** Keras' ResNet-50 brought into torchvision's names and layouts, without changing what it computes. */
import type { ArrayTensor } from '../formats/array-tensor.ts'
import { float32Tensor, toFloat32 } from '../formats/array-tensor.ts'
import { badFile } from '../formats/bad-file.ts'
import { readKerasWeights, type KerasLayer } from '../formats/keras-weights.ts'
import { checkedWeights, normOf, type ResNetWeights } from './resnet-weights.ts'

const normWeights = {
  gamma: 'weight',
  beta: 'bias',
  moving_mean: 'running_mean',
  moving_variance: 'running_var',
} as const

/**
 * Reads Keras' ResNet-50 from a tfjs layers folder. Two identities make it torchvision's network but for
 * the place of the stride: a convolution's bias before batch normalisation only shifts the running mean, and
 * reversing conv1's input channels turns BGR input into RGB. The eps is the file's own.
 * @throws DdadError BAD_FILE naming the file or the weight
 */
export async function readKerasResNet50(folder: string): Promise<ResNetWeights> {
  const { layers, tensors } = await readKerasWeights(folder)
  const converted = new Map<string, ArrayTensor>()
  for (const [name, tensor] of tensors) {
    const [layer = '', weight = ''] = name.split('/')
    const place = torchName(layer)
    if (place === null) continue
    if (weight === 'kernel') converted.set(`${place}.weight`, toOihw(tensor, place === 'conv1'))
    else if (weight !== 'bias' && Object.hasOwn(normWeights, weight))
      converted.set(`${place}.${normWeights[weight as keyof typeof normWeights]}`, tensor)
  }
  for (const [name, tensor] of tensors) {
    const [layer = '', weight] = name.split('/')
    const place = torchName(layer)
    if (place !== null && weight === 'bias') shiftMean(converted, normOf(place), tensor)
  }
  return checkedWeights('keras', readEpsilon(layers, folder), converted, folder)
}

/** `res3b_branch2a` → `layer2.1.conv1`, `bn3a_branch1` → `layer2.0.downsample.1`; null for the classifier. */
function torchName(layer: string): string | null {
  if (layer === 'conv1') return 'conv1'
  if (layer === 'bn_conv1') return 'bn1'
  const match = /^(res|bn)([2-5])([a-z])_branch(1|2([abc]))$/.exec(layer)
  if (!match) return null
  const [, kind, stage, block, , part] = match as unknown as string[]
  const place = `layer${Number(stage) - 1}.${(block as string).charCodeAt(0) - 97}`
  if (part === undefined) return `${place}.downsample.${kind === 'res' ? 0 : 1}`
  return `${place}.${kind === 'res' ? 'conv' : 'bn'}${part.charCodeAt(0) - 96}`
}

function shiftMean(tensors: Map<string, ArrayTensor>, norm: string, bias: ArrayTensor): void {
  const mean = tensors.get(`${norm}.running_mean`)
  if (!mean) return
  const shifts = toFloat32(bias)
  const shifted = toFloat32(mean).map((value, i) => value - (shifts[i] ?? Number.NaN))
  tensors.set(`${norm}.running_mean`, float32Tensor(mean.shape, shifted))
}

function toOihw(tensor: ArrayTensor, reverseInputs: boolean): ArrayTensor {
  const [height = 0, width = 0, inputs = 0, outputs = 0] = tensor.shape
  return {
    dtype: 'F32',
    shape: [outputs, inputs, height, width],
    get data() {
      return oihwOf(tensor, reverseInputs)
    },
  }
}

function oihwOf(tensor: ArrayTensor, reverseInputs: boolean): Float32Array {
  const [height = 0, width = 0, inputs = 0, outputs = 0] = tensor.shape
  const source = toFloat32(tensor)
  const result = new Float32Array(source.length)
  let from = 0
  for (let position = 0; position < height * width; position++)
    for (let i = 0; i < inputs; i++) {
      const input = reverseInputs ? inputs - 1 - i : i
      for (let output = 0; output < outputs; output++)
        result[(output * inputs + input) * height * width + position] = source[from++] as number
    }
  return result
}

function readEpsilon(layers: readonly KerasLayer[], folder: string): number {
  const values = new Set(
    layers
      .filter((layer) => layer.class_name === 'BatchNormalization')
      .map((layer) => layer.config['epsilon']),
  )
  const [epsilon] = values
  if (values.size !== 1 || typeof epsilon !== 'number' || !(epsilon > 0))
    throw badFile(folder, 'its batch normalisations have no common epsilon')
  return epsilon
}
