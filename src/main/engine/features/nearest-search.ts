/** Exact search for the nominal images nearest to an image or a patch. */
import type { Cells } from '../../../shared/maps/nearest.ts'
import type { NearestMatch } from '../../../shared/processes/engine.ts'
import { tf, type Tensor, type Tensor2D, type Tensor4D } from '../tf.ts'
import { unitLayers, type FeatureGrid } from './feature-grid.ts'

/** Nominal images whose own distances to the others are measured; more would not move a percentile much. */
const SAMPLE = 100
/** Values of nominal features that are compared at a time. */
const CHUNK = 16 * 2 ** 20

interface Search {
  readonly matches: readonly NearestMatch[]
  /** Ascending; empty with fewer than two nominal images. */
  readonly nominalDistances: readonly number[]
}

/**
 * The `count` nearest nominal images, nearest first, equal ones in their order.
 * - Whole images: mean over all places of Σ over layer2 and layer3 of 1 − cos, which is the heat map's feature
 *   distance (DDAD eq. 8) between the two images.
 * - A patch: the same between the means of φ over the patch's cells, at whichever place of the nominal image it is
 *   smallest; of equal places the first, row by row.
 * @param grids of one side and number of channels
 */
export function searchNearest(
  image: FeatureGrid,
  grids: readonly FeatureGrid[],
  patch: Cells | null,
  count: number,
): Search {
  const sample = evenly(grids.length, grids.length < 2 ? 0 : SAMPLE)
  const queries = tf.tidy(() =>
    vectorsAt([image, ...sample.map((index) => grids[index]!)], patch, true),
  )
  const own = sample.map(() => Infinity)
  const found: NearestMatch[] = []
  try {
    for (let first = 0; first < grids.length; first += chunkOf(image)) {
      const part = grids.slice(first, first + chunkOf(image))
      const { smallest, places, across } = compare(queries, part, patch)
      for (let i = 0; i < part.length; i++) {
        const place = places[i] ?? 0
        const [column, row] = [place % across, Math.floor(place / across)]
        found.push({ index: first + i, distance: smallest[i] ?? 0, column, row })
        sample.forEach((index, s) => {
          if (index === first + i) return
          own[s] = Math.min(own[s]!, smallest[(s + 1) * part.length + i]!)
        })
      }
    }
  } finally {
    queries.dispose()
  }
  const matches = found.toSorted((a, b) => a.distance - b.distance).slice(0, count)
  return { matches, nominalDistances: own.toSorted((a, b) => a - b) }
}

/** Distances of all queries to some images: the smallest of each, [queries, images], and the first query's places. */
function compare(queries: Tensor2D, part: readonly FeatureGrid[], patch: Cells | null) {
  const across = patch ? part[0]!.side - patch.columns + 1 : 1
  const [smallest, places] = tf.tidy((): [Tensor, Tensor] => {
    const vectors = vectorsAt(part, patch, false)
    const products = tf.matMul(queries, vectors, false, true)
    // Rounding may take the product of equal vectors beyond 2.
    const distances = tf
      .maximum(tf.sub(2, products), 0)
      .reshape([queries.shape[0], part.length, vectors.shape[0] / part.length])
    return [tf.min(distances, 2), tf.argMin(tf.slice(distances, 0, 1), 2)]
  })
  try {
    return {
      smallest: smallest.dataSync<'float32'>(),
      places: places.dataSync<'int32'>(),
      across,
    }
  } finally {
    tf.dispose([smallest, places])
  }
}

/**
 * What is compared, one vector a row, scaled so that the product of two is 2 − distance. For patches one row for
 * each place, or only the place of the patch itself.
 */
function vectorsAt(grids: readonly FeatureGrid[], patch: Cells | null, only: boolean): Tensor2D {
  const { side, channels } = grids[0]!
  const cells = tf.tensor4d(joined(grids), [grids.length, side, side, channels])
  if (!patch) {
    const units = unitLayers(cells.reshape([grids.length * side * side, channels]))
    return tf.div<Tensor2D>(units.reshape([grids.length, side * side * channels]), side)
  }
  const { column, row, columns, rows } = patch
  const some: Tensor4D = only
    ? tf.slice(cells, [0, row, column, 0], [-1, rows, columns, -1])
    : cells
  return unitLayers(tf.avgPool(some, [rows, columns], 1, 'valid').reshape([-1, channels]))
}

function joined(grids: readonly FeatureGrid[]): Float32Array {
  const length = grids[0]!.values.length
  const all = new Float32Array(grids.length * length)
  grids.forEach(({ values }, i) => all.set(values, i * length))
  return all
}

function chunkOf({ values }: FeatureGrid): number {
  return Math.max(1, Math.floor(CHUNK / values.length))
}

/** At most `most` positions of `count`, evenly apart. */
function evenly(count: number, most: number): number[] {
  const taken = Math.min(count, most)
  return Array.from({ length: taken }, (_, i) => Math.floor((i * count) / taken))
}
