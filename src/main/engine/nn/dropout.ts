import type { ModelConfig } from '../../../shared/config/run-config.ts'
import { randomFor, uniformTensor } from '../random-streams.ts'
import { tf, type Tensor, type Tensor4D } from '../tf.ts'
import { planUnet } from './unet-plan.ts'

/** Names the dropout masks of one pass, so that a resumed training draws the same ones. */
export interface DropoutKey {
  readonly seed: number
  readonly step: number
  /** Number of the micro-batch within the step. */
  readonly part: number
}

/** The seed of a residual block's mask: an int32 tensor of two, owned by the caller. */
export type DropoutSeeds = (block: string) => Tensor

/** Names of the blocks that drop, in the network's order. */
export function dropoutBlocks(config: ModelConfig): string[] {
  const { down, middle, up } = planUnet(config)
  return [...down.flat(), ...middle, ...up.flat()]
    .filter(({ kind }) => kind === 'residual')
    .map(({ name }) => name)
}

/** Two 32-bit integers for the mask of a block. */
export function dropoutSeed({ seed, step, part }: DropoutKey, block: string): [number, number] {
  const code = [...block].map((character) => character.codePointAt(0)!)
  const random = randomFor(seed, 'dropout', step, part, ...code)
  return [random.uint32(), random.uint32()]
}

/** The masks of one pass, drawn when they are asked for. */
export function dropoutSeeds(key: DropoutKey): DropoutSeeds {
  return (block) => tf.tensor1d(Int32Array.from(dropoutSeed(key, block)), 'int32')
}

/**
 * Drops each value with probability `rate` and divides the others by 1 − rate. It is the same product on the
 * way forward and, applied to gradients, on the way back.
 */
export function drop(x: Tensor4D, rate: number, seed: () => Tensor): Tensor4D {
  if (rate === 0) return x
  return tf.tidy(() => {
    const kept = tf.greaterEqual(uniformTensor(x.shape, seed()), rate)
    return tf.mul(x, tf.mul(tf.cast(kept, 'float32'), 1 / (1 - rate)))
  })
}
