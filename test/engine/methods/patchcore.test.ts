import { describe, expect, it } from 'vitest'
import { greedyCoreset } from '../../../src/main/engine/methods/patchcore/coreset.ts'
import { nearestPatches } from '../../../src/main/engine/methods/patchcore/nearest-patches.ts'
import { createPatches } from '../../../src/main/engine/methods/patchcore/patches.ts'
import { tensorCount, tf, type Tensor2D } from '../../../src/main/engine/tf.ts'
import { readGolden, type GoldenTensor } from '../../support/safetensors.ts'
import { imagesOf, relativeError, valuesOf } from '../support.ts'

const golden = readGolden('patchcore.safetensors')
const matrix = ({ shape, data }: GoldenTensor): Tensor2D =>
  tf.tensor2d(data as Float32Array, shape as [number, number])
const numbers = (name: string) => Array.from(golden(name).data as BigInt64Array, Number)
const quiet = { signal: new AbortController().signal, onProgress: () => undefined }
const NOMINAL = 192

/** Vectors of the reference's nominal patches that its coreset took, with |b|². */
function referenceBank() {
  const vectors = matrix(golden('vectors'))
  const bank = tf.gather(vectors, tf.tensor1d(numbers('taken'), 'int32'))
  const query = tf.slice(vectors, [NOMINAL, 0], [-1, -1])
  return { bank, query, squares: tf.sum(tf.square(bank), 1, true).transpose<Tensor2D>() }
}

describe('PatchCore', () => {
  it('makes the patch vectors of the authors’ code', () => {
    const patches = createPatches([32, 64], 40)
    const vectors = patches.vectors([imagesOf(golden('fine')), imagesOf(golden('coarse'))])
    const expected = golden('vectors').data as Float32Array
    expect(relativeError(valuesOf(vectors), expected)).toBeLessThan(1e-6)
    patches.dispose()
  })

  it('takes the same patches in the same order', async () => {
    const projected = matrix(golden('projected'))
    const options = { ...quiet, count: numbers('taken').length, starts: numbers('starts') }
    // The first matrix of a size stays with the tensor that it was made of.
    await greedyCoreset(projected, options)
    const before = tensorCount()
    expect(await greedyCoreset(projected, options)).toEqual(numbers('taken'))
    expect(tensorCount()).toBe(before)
    const abort = new AbortController()
    abort.abort()
    await expect(
      greedyCoreset(projected, { ...options, signal: abort.signal }),
    ).rejects.toMatchObject({ code: 'CANCELLED' })
    expect(tensorCount()).toBe(before)
  })

  it.each([1, 3])('measures faiss’ distances to the %i nearest', (k) => {
    const { bank, query, squares } = referenceBank()
    const scores = valuesOf(nearestPatches(query, bank, squares, k).distances)
    expect(relativeError(scores, golden(`score${k}`).data as Float32Array)).toBeLessThan(1e-4)
  })

  it('measures the same in blocks as at once', () => {
    const normal = (rows: number, seed: number): Tensor2D =>
      tf.randomNormal([rows, 8], 0, 1, 'float32', seed)
    // More distances than are held at a time.
    const [queries, bank] = [normal(8000, 1), normal(5000, 2)]
    const squares = tf.sum(tf.square(bank), 1, true).transpose<Tensor2D>()
    const blocked = nearestPatches(queries, bank, squares, 3)
    const [distances, indices] = [valuesOf(blocked.distances), blocked.indices.dataSync()]
    for (const at of [0, 1, 2, 3, 4, 4321, 7999]) {
      const own = tf.slice(queries, [at, 0], [1, 8])
      const alone = nearestPatches(own, bank, squares, 3)
      expect(distances[at]! / valuesOf(alone.distances)[0]!).toBeCloseTo(1, 4)
      expect(indices[at]).toBe(alone.indices.dataSync()[0])
    }
  })
})
