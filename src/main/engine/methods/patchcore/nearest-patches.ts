/** Exact nearest neighbours of many vectors among many, in bounded memory. */
import { tf, type Tensor, type Tensor2D } from '../../tf.ts'

/** Distances that are held at a time: 64 MB. */
const BLOCK = 16 * 2 ** 20

export interface Nearest {
  /** [Q]: mean squared Euclidean distance to the k nearest. */
  readonly distances: Tensor
  /** [Q], int32: the nearest one. */
  readonly indices: Tensor
}

/**
 * The k nearest vectors of a bank to each query, as faiss' flat L2 index finds and measures them. Of equally near ones
 * the first.
 *
 * @param queries [Q, D]
 * @param bank [M, D]
 * @param squares |b|² of each vector of the bank, [1, M]
 * @param k at most M
 */
export function nearestPatches(
  queries: Tensor2D,
  bank: Tensor2D,
  squares: Tensor2D,
  k: number,
): Nearest {
  const [count, width] = queries.shape
  const members = bank.shape[0]
  const rows = Math.min(members, Math.max(1024, Math.floor(BLOCK / count)))
  const [distances, indices] = tf.tidy((): [Tensor, Tensor] => {
    let nearest: [Tensor, Tensor] | null = null
    for (let first = 0; first < members; first += rows) {
      const size = Math.min(rows, members - first)
      const before: [Tensor, Tensor] | null = nearest
      const after: [Tensor, Tensor] = tf.tidy(() => {
        const part = tf.slice(bank, [first, 0], [size, width])
        const lengths = tf.slice(squares, [0, first], [1, size])
        // |q|² is the same for all of a query's distances and is added at the end.
        const distances = tf.sub(lengths, tf.mul(tf.matMul(queries, part, false, true), 2))
        const own = smallest(distances, Math.min(k, size))
        const index = tf.add(tf.argMin(distances, 1), tf.scalar(first, 'int32'))
        if (!before) return [own, index]
        const closer = tf.less(tf.min(own, 1), tf.min(before[0], 1))
        return [smallest(tf.concat([before[0], own], 1), k), tf.where(closer, index, before[1])]
      })
      if (before) tf.dispose(before)
      nearest = after
    }
    const [found, index] = nearest!
    const own = tf.sum(tf.square(queries), 1)
    return [tf.relu(tf.add(tf.mean(found, 1), own)), index]
  })
  return { distances, indices }
}

/** The k smallest numbers of each row, [Q, k]. */
function smallest(rows: Tensor, k: number): Tensor {
  if (k === 1) return tf.min(rows, 1, true)
  return tf.neg(tf.topk(tf.neg(rows), Math.min(k, rows.shape[1]!), false).values)
}
