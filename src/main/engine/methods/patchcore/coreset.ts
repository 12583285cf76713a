/** A small set of vectors that stands for many: the approximate greedy coreset of PatchCore's authors. */
import { setImmediate } from 'node:timers/promises'
import { DdadError } from '../../../../shared/errors.ts'
import { tf, type Tensor, type Tensor2D } from '../../tf.ts'

/** Random starting points of the authors' code; they are no members unless they are taken. */
export const STARTING_POINTS = 10
/** Between two looks at messages, in vectors taken. */
const TOLD_EVERY = 50

export interface CoresetOptions {
  /** How many to take, at most as many as there are. */
  readonly count: number
  /** Indices of the starting points, no two the same. */
  readonly starts: readonly number[]
  readonly signal: AbortSignal
  readonly onProgress: (taken: number) => void
}

/**
 * Takes one vector after another: always the one that is farthest from those taken. At the beginning the distance of
 * each is its mean distance to the starting points. Of equal ones the first.
 *
 * @param projected [N, P]: the vectors after a random projection, which keeps distances roughly
 * @returns indices in the order in which they were taken
 * @throws DdadError CANCELLED when the signal is aborted
 */
export async function greedyCoreset(
  projected: Tensor2D,
  { count, starts, signal, onProgress }: CoresetOptions,
): Promise<number[]> {
  const [total, width] = projected.shape
  const squares = tf.tidy(() => tf.sum(tf.square(projected), 1, true))
  let anchors = tf.tidy((): Tensor => {
    const points = tf.gather(projected, tf.tensor1d([...starts], 'int32'))
    return tf.mean(distances(projected, squares, points), 1, true)
  })
  const taken: number[] = []
  try {
    while (taken.length < Math.min(count, total)) {
      if (taken.length % TOLD_EVERY === 0) {
        await setImmediate()
        if (signal.aborted) throw new DdadError('CANCELLED', 'Choosing the patches was cancelled.')
        onProgress(taken.length)
      }
      const farthest = tf.argMax(anchors, 0)
      const [index = 0] = farthest.dataSync()
      farthest.dispose()
      taken.push(index)
      const next = tf.tidy(() => {
        const point = tf.slice(projected, [index, 0], [1, width])
        return tf.minimum(anchors, distances(projected, squares, point))
      })
      anchors.dispose()
      anchors = next
    }
    onProgress(taken.length)
    return taken
  } finally {
    tf.dispose([squares, anchors])
  }
}

/** Euclidean distances [N, M] of vectors to points, by |a|² − 2ab + |b|². */
function distances(vectors: Tensor2D, squares: Tensor, points: Tensor2D): Tensor {
  const products = tf.matMul(vectors, points, false, true)
  const pointSquares = tf.sum(tf.square(points), 1, true).transpose()
  return tf.sqrt(tf.relu(tf.add(tf.sub(squares, tf.mul(products, 2)), pointSquares)))
}
