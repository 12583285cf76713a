/** Weights of a bottleneck ResNet up to layer3, in torchvision's names and layouts, checked for completeness. */
import type { ExtractorName } from '../../../shared/config/run-config.ts'
import type { ArrayTensor } from '../formats/array-tensor.ts'
import { badFile } from '../formats/bad-file.ts'

/**
 * Where a ResNet comes from. `torchvision` strides in the 3×3 convolution, uses eps 1e-5 and images
 * normalised by ImageNet's mean and deviation; `keras` strides in the first 1×1 convolution, has the eps of
 * its own file and takes 0–255 images less the mean.
 */
export type ResNetForm = 'torchvision' | 'keras'

export interface ResNetWeights {
  readonly form: ResNetForm
  /** Added to the variance in batch normalisation. */
  readonly epsilon: number
  /** Blocks of layer1, layer2 and layer3. */
  readonly blocks: readonly number[]
  /** OIHW kernels and the four vectors of each batch normalisation, by torchvision's names. */
  readonly tensors: ReadonlyMap<string, ArrayTensor>
}

/** What batch normalisation holds, in torchvision's names. */
export const normNames = ['weight', 'bias', 'running_mean', 'running_var'] as const

const STAGES = 3

/** Blocks per stage and channels of layer1's 3×3 convolution of the extractors that are offered. */
const known: Readonly<Record<ExtractorName, { blocks: readonly number[]; width: number }>> = {
  'resnet50-keras': { blocks: [3, 4, 6], width: 64 },
  resnet50: { blocks: [3, 4, 6], width: 64 },
  wide_resnet50_2: { blocks: [3, 4, 6], width: 128 },
  wide_resnet101_2: { blocks: [3, 4, 23], width: 128 },
}

const torchvisionNames = ['resnet50', 'wide_resnet50_2', 'wide_resnet101_2'] as const

/** Name of the batch normalisation that follows a convolution. */
export function normOf(conv: string): string {
  return conv.endsWith('downsample.0') ? conv.replace(/0$/, '1') : conv.replace(/conv(\d)$/, 'bn$1')
}

/**
 * Keeps what features need, and checks that it is there and fits together. `layer4` and `fc` are left out;
 * `num_batches_tracked` is not needed, as momentum is fixed.
 * @throws DdadError BAD_FILE naming missing and misshapen tensors
 */
export function checkedWeights(
  form: ResNetForm,
  epsilon: number,
  source: ReadonlyMap<string, ArrayTensor>,
  file: string,
): ResNetWeights {
  const blocks = Array.from({ length: STAGES }, (_, stage) => countBlocks(source, stage + 1))
  if (blocks.includes(0)) throw badFile(file, 'it holds no bottleneck ResNet (layer1 to layer3)')
  const tensors = new Map<string, ArrayTensor>()
  const problems: string[] = []
  const take = (name: string, shape: readonly number[]): number => {
    const tensor = source.get(name)
    const sides = shape.map((side, axis) => (side === 0 ? (tensor?.shape[axis] ?? 0) : side))
    if (!tensor) problems.push(`${name} is missing`)
    else if (tensor.shape.length !== sides.length || sides.some((n, i) => n !== tensor.shape[i]))
      problems.push(`${name} is [${tensor.shape.join(', ')}] instead of [${sides.join(', ')}]`)
    else tensors.set(name, tensor)
    return sides[0] ?? 0
  }
  /** A shape's 0 stands for any size. Returns the output channels. */
  const unit = (conv: string, outputs: number, inputs: number, kernel: number) => {
    const channels = take(`${conv}.weight`, [outputs, inputs, kernel, kernel])
    for (const name of normNames) take(`${normOf(conv)}.${name}`, [channels])
    return channels
  }
  let channels = unit('conv1', 0, 3, 7)
  for (const [stage, count] of blocks.entries())
    for (let block = 0; block < count; block++) {
      const name = `layer${stage + 1}.${block}`
      const inner = unit(`${name}.conv1`, 0, channels, 1)
      const middle = unit(`${name}.conv2`, 0, inner, 3)
      const first = block === 0
      const outer = unit(`${name}.conv3`, first ? 0 : channels, middle, 1)
      if (first) unit(`${name}.downsample.0`, outer, channels, 1)
      channels = outer
    }
  if (problems.length > 0) throw badFile(file, problems.slice(0, 5).join('; '))
  return { form, epsilon, blocks, tensors }
}

/** Which of torchvision's networks weights are of; null when of none that is offered. */
export function architectureOf(weights: ResNetWeights): ExtractorName | null {
  return torchvisionNames.find((name) => isOf(weights, name)) ?? null
}

/** @throws DdadError BAD_FILE when the file holds another network than the one asked for */
export function checkArchitecture(weights: ResNetWeights, name: ExtractorName, file: string): void {
  if (!isOf(weights, name)) throw badFile(file, `it holds ${describeResNet(weights)}, not ${name}`)
}

/** A network by what tells it from others. */
export function describeResNet({ blocks, tensors }: ResNetWeights): string {
  const width = tensors.get('layer1.0.conv2.weight')?.shape[0]
  return `a ResNet of ${blocks.join('-')} blocks and width ${width}`
}

function isOf(weights: ResNetWeights, name: ExtractorName): boolean {
  const { blocks, width } = known[name]
  const found = weights.tensors.get('layer1.0.conv2.weight')?.shape[0]
  return found === width && blocks.every((count, stage) => count === weights.blocks[stage])
}

function countBlocks(tensors: ReadonlyMap<string, ArrayTensor>, stage: number): number {
  let count = 0
  while (tensors.has(`layer${stage}.${count}.conv1.weight`)) count++
  return count
}
