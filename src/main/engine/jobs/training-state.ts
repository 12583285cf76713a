/** What a training begins with or continues from, as TensorFlow's tensors that the caller disposes of. */
import type { RunConfig } from '../../../shared/config/run-config.ts'
import type { TrainingState } from '../diffusion/training-step.ts'
import type { ArrayTensor } from '../formats/array-tensor.ts'
import { initialWeights } from '../nn/initialise.ts'
import { fromTorch } from '../nn/layout.ts'
import { unetFromTensors } from '../nn/load-unet.ts'
import type { Tensor } from '../tf.ts'
import type { Checkpoint } from './checkpoint.ts'

/** New weights. */
export function startOf({ model, seed }: RunConfig): TrainingState {
  const weights = initialWeights(model, seed)
  return { step: 0, weights, m: new Map(), v: new Map(), average: null }
}

/**
 * Weights, moments and average of a checkpoint, read one tensor after the other.
 * @param file what errors call it
 * @throws DdadError BAD_FILE when it does not fit the network
 */
export function stateOf(
  { step, weights, m, v, ema }: Checkpoint,
  { model }: RunConfig,
  file = 'the checkpoint',
): TrainingState {
  return {
    step,
    weights: unetFromTensors(weights, model, file).weights,
    m: tensorsOf(m),
    v: tensorsOf(v),
    average: ema && tensorsOf(ema),
  }
}

function tensorsOf(arrays: ReadonlyMap<string, ArrayTensor>): Map<string, Tensor> {
  return new Map([...arrays].map(([name, array]) => [name, fromTorch(array)]))
}
