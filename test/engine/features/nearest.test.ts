import { copyFileSync, cpSync, mkdtempSync, readdirSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { encode } from 'fast-png'
import { describe, expect, it } from 'vitest'
import { bytesOf } from '../../support/bytes-of.ts'
import { loadImages } from '../../../src/main/engine/data/load-images.ts'
import { createExtractor } from '../../../src/main/engine/features/extractor.ts'
import { encodeAdapted } from '../../../src/main/engine/features/weights-files.ts'
import { nearest } from '../../../src/main/engine/jobs/nearest.ts'
import { tensorCount, tf } from '../../../src/main/engine/tf.ts'
import { sha256 } from '../../../src/main/files/files.ts'
import { gridSide, type Cells } from '../../../src/shared/maps/nearest.ts'
import type { KeyedImage } from '../../../src/shared/processes/engine.ts'
import type { JobProgress } from '../../../src/shared/runs/run.ts'
import { Random } from '../../../src/shared/random.ts'
import { goldenResNet } from './support.ts'

const SIZE = 64
const SIDE = gridSide(SIZE)
const folder = mkdtempSync(path.join(tmpdir(), 'ddad-nearest-'))
const features = path.join(folder, 'features.safetensors')
writeFileSync(features, bytesOf(encodeAdapted(goldenResNet())))

/** Soft stripes with a coloured disc at a place. */
function picture(name: string, seed: number, place: readonly [number, number]): KeyedImage {
  const random = new Random(seed)
  const [phase, slope] = [random.between(0, 6), random.between(0.1, 0.6)]
  const data = Uint8Array.from({ length: 80 * 72 * 3 }, (_, i) => {
    const [x, y, c] = [Math.floor(i / 3) % 80, Math.floor(i / 240), i % 3]
    if (Math.hypot(x - place[0], y - place[1]) < 9) return 60 * c + 40
    return 127 + 90 * Math.sin(phase + slope * (x + 0.5 * y))
  })
  const bytes = encode({ width: 80, height: 72, channels: 3, data })
  const file = path.join(folder, `${name}.png`)
  writeFileSync(file, bytes)
  return { key: sha256(bytes), file }
}

const image = picture('image', 1, [20, 20])
const nominal = [2, 3, 4, 5, 6, 7].map((seed) =>
  picture(`nominal ${seed}`, seed, [20 + 6 * seed, 60 - 5 * seed]),
)

function find(
  patch: Cells | null,
  { asked = image, among = nominal, into = 'kept', abort = new AbortController() } = {},
) {
  const progress: JobProgress[] = []
  const result = nearest(
    {
      // Not read, as the adapted one is there.
      extractor: { name: 'resnet50', file: 'none' },
      features,
      size: SIZE,
      folder: path.join(folder, into),
      image: asked,
      nominal: among,
      patch,
      count: 3,
    },
    {
      signal: abort.signal,
      endMode: () => (abort.signal.aborted ? 'cancel' : null),
      emit: (event) => void progress.push(event.progress),
    },
  )
  return { result, progress, abort }
}

type Cell = readonly [Float64Array, Float64Array]

/** 3×3 means of layer2, and of layer3 brought to layer2's places, by loops. */
async function cellsByHand({ file }: KeyedImage): Promise<Cell[][]> {
  const extractor = createExtractor(goldenResNet())
  const pixels = await loadImages([file], SIZE)
  const stages = tf.tidy(() =>
    extractor.stages(extractor.normalise(tf.tensor4d(pixels, [1, SIZE, SIZE, 3]))),
  )
  const [layer2, layer3] = stages.slice(1).map((stage) => {
    const [, side, , channels] = stage.shape
    const values = stage.dataSync<'float32'>()
    const at = (y: number, x: number, c: number) =>
      y < 0 || x < 0 || y >= side || x >= side ? 0 : values[(y * side + x) * channels + c]!
    return Array.from({ length: side }, (_r, y) =>
      Array.from({ length: side }, (_c, x) =>
        Float64Array.from({ length: channels }, (_v, c) => {
          let sum = 0
          for (const dy of [-1, 0, 1]) for (const dx of [-1, 0, 1]) sum += at(y + dy, x + dx, c)
          return sum / 9
        }),
      ),
    )
  })
  tf.dispose(stages)
  extractor.dispose()
  const coarse = layer3!.length
  const between = (y: number, x: number) => {
    const place = (v: number) =>
      Math.min(coarse - 1, Math.max(0, ((v + 0.5) * coarse) / SIDE - 0.5))
    const [fy, fx] = [place(y), place(x)]
    const [top, left] = [Math.floor(fy), Math.floor(fx)]
    const row = (r: number, c: number) => {
      const line = layer3![Math.min(coarse - 1, r)]!
      const [a, b] = [line[left]!, line[Math.min(coarse - 1, left + 1)]!]
      return a[c]! + (fx - left) * (b[c]! - a[c]!)
    }
    return layer3![0]![0]!.map((_, c) => {
      const [a, b] = [row(top, c), row(top + 1, c)]
      return a + (fy - top) * (b - a)
    })
  }
  return layer2!.map((line, y) => line.map((cell, x): Cell => [cell, between(y, x)]))
}

const cosine = (a: Float64Array, b: Float64Array) => {
  const dot = (p: Float64Array, q: Float64Array) => p.reduce((sum, v, i) => sum + v * q[i]!, 0)
  return dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b))
}
const distance = (a: Cell, b: Cell) => 2 - cosine(a[0], b[0]) - cosine(a[1], b[1])

const meanOf = (grid: Cell[][], { column, row, columns, rows }: Cells): Cell => {
  const chosen = grid.slice(row, row + rows).flatMap((line) => line.slice(column, column + columns))
  const layer = (index: 0 | 1) =>
    chosen[0]![index].map((_, c) => chosen.reduce((sum, cell) => sum + cell[index][c]!, 0))
  return [layer(0), layer(1)]
}

const patch = { column: 1, row: 2, columns: 3, rows: 2 }

/** The smallest distance of a patch to any place of a grid, and that place. */
function nearestPlace(wanted: Cell, grid: Cell[][]) {
  let best = { distance: Infinity, column: 0, row: 0 }
  for (let row = 0; row + patch.rows <= SIDE; row++)
    for (let column = 0; column + patch.columns <= SIDE; column++) {
      const found = distance(wanted, meanOf(grid, { ...patch, column, row }))
      if (found < best.distance) best = { distance: found, column, row }
    }
  return best
}

describe('the nearest nominal images', () => {
  const grids = Promise.all([image, ...nominal].map(cellsByHand))

  it('are those of a comparison by hand, place by place', async () => {
    const [asked, ...others] = await grids
    const mean = (a: Cell[][], b: Cell[][]) => {
      const all = a.flatMap((line, y) => line.map((cell, x) => distance(cell, b[y]![x]!)))
      return all.reduce((sum, value) => sum + value, 0) / all.length
    }
    const expected = others
      .map((other, index) => ({ index, distance: mean(asked!, other) }))
      .toSorted((a, b) => a.distance - b.distance)
    const own = others.map((one) =>
      Math.min(...others.filter((other) => other !== one).map((other) => mean(one, other))),
    )
    const { result, progress } = find(null)
    const { matches, nominalDistances, computed } = await result
    expect(computed).toBe(7)
    expect(progress[0]).toMatchObject({ done: 0, total: 7 })
    expect(matches.map(({ index }) => index)).toEqual(
      expected.slice(0, 3).map(({ index }) => index),
    )
    matches.forEach((match, i) => expect(match.distance).toBeCloseTo(expected[i]!.distance, 4))
    own
      .toSorted((a, b) => a - b)
      .forEach((value, i) => expect(nominalDistances[i]).toBeCloseTo(value, 4))
  })

  it('of a patch are found at whichever place is nearest, without the network', async () => {
    const [asked, ...others] = await grids
    const wanted = meanOf(asked!, patch)
    const expected = others
      .map((other, index) => ({ index, ...nearestPlace(wanted, other) }))
      .toSorted((a, b) => a.distance - b.distance)
    const own = others.map((one) =>
      Math.min(
        ...others
          .filter((other) => other !== one)
          .map((other) => nearestPlace(meanOf(one, patch), other).distance),
      ),
    )
    const { result, progress } = find(patch)
    const { matches, nominalDistances, computed } = await result
    expect([computed, progress]).toEqual([0, []])
    matches.forEach((match, i) => {
      const { distance: value, ...place } = expected[i]!
      expect(match).toMatchObject(place)
      expect(match.distance).toBeCloseTo(value, 4)
    })
    own
      .toSorted((a, b) => a - b)
      .forEach((value, i) => expect(nominalDistances[i]).toBeCloseTo(value, 4))
  })

  it('begin with a copy of the image, at distance 0 and at its own place', async () => {
    const file = path.join(folder, 'copy.png')
    copyFileSync(image.file, file)
    const among = [nominal[0]!, { key: image.key, file }, nominal[1]!]
    for (const wanted of [null, patch]) {
      const [first] = (await find(wanted, { among }).result).matches
      expect(first).toMatchObject({ index: 1, column: wanted?.column ?? 0, row: wanted?.row ?? 0 })
      expect(first!.distance).toBeLessThan(1e-5)
    }
  })

  it('are the same, bit by bit, from files as from the network, and read no picture again', async () => {
    const fresh = await find(patch, { into: 'fresh' }).result
    expect(fresh.computed).toBe(7)
    const again = await find(patch, { into: 'fresh' }).result
    expect(again).toEqual({ ...fresh, computed: 0, secondsPerImage: 0 })
    // A folder that memory knows nothing of, with pictures that are gone.
    const moved = path.join(folder, 'moved')
    expect(readdirSync(path.join(folder, 'fresh'))).toHaveLength(7)
    const gone = [image, ...nominal].map(({ key }) => ({ key, file: path.join(folder, 'gone') }))
    cpSync(path.join(folder, 'fresh'), moved, { recursive: true })
    const { result } = find(patch, { into: 'moved', asked: gone[0]!, among: gone.slice(1) })
    expect(await result).toEqual({ ...fresh, computed: 0, secondsPerImage: 0 })
  })

  it('leave out what cannot be read, give way when cancelled, and keep no tensors', async () => {
    await find(null).result
    const before = tensorCount()
    const broken = { key: 'broken', file: path.join(folder, 'none.png') }
    const { matches, skipped } = await find(null, { among: [broken, ...nominal] }).result
    expect(skipped).toMatchObject([{ index: 0, reason: expect.stringContaining('none.png') }])
    expect(matches.every(({ index }) => index > 0)).toBe(true)
    const cancelled = find(null, { into: 'cancelled' })
    cancelled.abort.abort()
    await expect(cancelled.result).rejects.toMatchObject({ code: 'CANCELLED' })
    await expect(find(null, { asked: broken }).result).rejects.toMatchObject({ code: 'NOT_FOUND' })
    expect(tensorCount()).toBe(before)
  })
})
