import { normNames } from '../../src/main/engine/features/resnet-weights.ts'
import { float32Tensor, type ArrayTensor } from '../../src/main/engine/formats/array-tensor.ts'
import { Random } from '../../src/shared/random.ts'

/** Random weights of torchvision's ResNet-50 up to layer3, by name. */
export function randomResNet50(): Map<string, ArrayTensor> {
  const random = new Random(7)
  const tensors = new Map<string, ArrayTensor>()
  const unit = (conv: string, norm: string, outputs: number, inputs: number, kernel: number) => {
    const count = outputs * inputs * kernel * kernel
    const scale = Math.sqrt(6 / (inputs * kernel * kernel))
    const kernels = Float32Array.from({ length: count }, () => random.between(-scale, scale))
    tensors.set(`${conv}.weight`, float32Tensor([outputs, inputs, kernel, kernel], kernels))
    for (const name of normNames) {
      const low = name === 'bias' || name === 'running_mean' ? -0.1 : 0.9
      const vector = Float32Array.from({ length: outputs }, () => random.between(low, low + 0.2))
      tensors.set(`${norm}.${name}`, float32Tensor([outputs], vector))
    }
  }
  unit('conv1', 'bn1', 64, 3, 7)
  let channels = 64
  for (const [stage, blocks] of [3, 4, 6].entries())
    for (let block = 0; block < blocks; block++) {
      const [name, inner] = [`layer${stage + 1}.${block}`, 64 * 2 ** stage]
      unit(`${name}.conv1`, `${name}.bn1`, inner, channels, 1)
      unit(`${name}.conv2`, `${name}.bn2`, inner, inner, 3)
      unit(`${name}.conv3`, `${name}.bn3`, 4 * inner, inner, 1)
      if (block === 0) unit(`${name}.downsample.0`, `${name}.downsample.1`, 4 * inner, channels, 1)
      channels = 4 * inner
    }
  return tensors
}
