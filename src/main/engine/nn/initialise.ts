import type { ModelConfig } from '../../../shared/config/run-config.ts'
import { randomFor } from '../random-streams.ts'
import { tf, type Tensor } from '../tf.ts'
import { tensorflowShape } from './layout.ts'
import { unetParameters } from './unet-parameters.ts'

/**
 * New weights as PyTorch starts them: uniform in ±1/√fan-in (Kaiming's rule with a = √5), zeros where the
 * reference code puts them, ones for normalisation scales.
 */
export function initialWeights(config: ModelConfig, seed: number): Map<string, Tensor> {
  const weights = new Map<string, Tensor>()
  for (const [index, { name, shape, initial }] of unetParameters(config).entries()) {
    const target = tensorflowShape(shape)
    if (typeof initial === 'number') {
      weights.set(name, tf.fill(target, initial))
      continue
    }
    const random = randomFor(seed, 'weights', index)
    const bound = 1 / Math.sqrt(initial.fanIn)
    const size = target.reduce((product, side) => product * side, 1)
    const values = Float32Array.from({ length: size }, () => random.between(-bound, bound))
    weights.set(name, tf.tensor(values, target))
  }
  return weights
}
