import type { ModelConfig } from '../../../shared/config/run-config.ts'
import { randomFor, uniformIntegers } from '../random-streams.ts'
import { op, tf, type Tensor } from '../tf.ts'
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
 * Which values are kept: each independently but for `rate`, to 16 bits. A drawn integer decides on two values,
 * as drawing takes more time than anything else that is done with them.
 * @returns 1 and 0, bool
 */
export function dropoutMask(shape: readonly number[], rate: number, seed: Tensor): Tensor {
  const count = shape.reduce((product, length) => product * length, 1)
  return tf.tidy(() => {
    const drawn = uniformIntegers([Math.ceil(count / 2)], seed)
    const lower = op('LeftShift', [drawn, tf.scalar(16, 'int32')])
    // Compares the upper 16 bits, which are signed.
    const limit = tf.scalar((Math.round(rate * 2 ** 16) - 2 ** 15) * 2 ** 16, 'int32')
    const kept = tf.concat([tf.greaterEqual(drawn, limit), tf.greaterEqual(lower, limit)])
    return tf.reshape(tf.slice(kept, 0, count), [...shape])
  })
}
