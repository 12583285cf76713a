import { syntheticMask } from '../../../shared/diffusion/synthetic-defect.ts'
import type { ImageMeasure } from '../../../shared/maps/sweep.ts'
import { combineMaps, cutFrame } from '../../../shared/metrics/stored-maps.ts'
import type { BackgroundContract } from '../../../shared/processes/background.ts'
import type { WrittenFile } from '../../../shared/processes/engine.ts'
import { meanOf } from '../../../shared/metrics/mean.ts'
import { readInput, writeFileAtomic } from '../../files/files.ts'
import { decodeImage } from '../../decode/decode.ts'
import { decodeNpy, encodeNpy } from '../../decode/npy.ts'
import { loadCoverage, loadMaps } from '../../decode/stored-results.ts'

type Input = BackgroundContract['sweepMeasures']['input']

/**
 * Measures stored maps: the score, and the largest and mean value inside and outside the mask.
 * @throws DdadError NOT_FOUND or BAD_FILE naming the file
 */
export async function measureMaps({ items, weight, crop }: Input): Promise<ImageMeasure[]> {
  const measures: ImageMeasure[] = []
  for (const { maps, mask, paint } of items) {
    const { shape, data } = decodeNpy(await readInput(maps), maps)
    const size = shape[1] ?? 0
    const { map, score } = combineMaps(data, size, weight, crop)
    const { marked, unknown } = await loadMask(mask, paint, size, crop)
    const known = (i: number) => unknown?.[i] !== 1
    const inside = statistics(map, (i) => marked !== null && marked[i]! > 127)
    const outside = statistics(map, (i) => (marked === null || marked[i]! <= 127) && known(i))
    measures.push({
      score,
      insideMax: inside?.max ?? null,
      insideMean: inside?.mean ?? null,
      outsideMax: outside?.max ?? null,
      outsideMean: outside?.mean ?? null,
    })
  }
  return measures
}

/**
 * A stored map with its picture.
 * @throws DdadError NOT_FOUND or BAD_FILE naming the file
 */
export async function readStored({ maps, picture }: BackgroundContract['storedMap']['input']) {
  const { data: reconstruction } = await decodeImage(await readInput(picture), picture)
  return { ...(await loadMaps(maps)), reconstruction }
}

/** How much of each scored pixel is marked, 0 … 255, and which are void. */
async function loadMask(file: string | null, paint: number | null, size: number, crop: boolean) {
  if (paint !== null) {
    const mask = syntheticMask(paint, size).map((value) => value * 255)
    return { marked: cutFrame(mask, size, crop), unknown: null }
  }
  if (file === null) return { marked: null, unknown: null }
  const { defect: marked, unknown } = await loadCoverage(file, size, crop)
  return { marked, unknown }
}

function statistics(map: Float32Array, taken: (index: number) => boolean) {
  let [max, sum, count] = [-Infinity, 0, 0]
  for (let i = 0; i < map.length; i++) {
    if (!taken(i)) continue
    const value = map[i]!
    max = Math.max(max, value)
    sum += value
    count += 1
  }
  return count === 0 ? null : { max, mean: sum / count }
}

/**
 * Writes the mean of stored maps, each half multiplied first.
 * @throws DdadError NOT_FOUND or BAD_FILE naming the file; DISK_FULL
 */
export async function combineStored({
  parts,
  destination,
}: BackgroundContract['combineMaps']['input']): Promise<WrittenFile> {
  const scaled: Float32Array[] = []
  let size = 0
  for (const { map, feature, pixel } of parts) {
    const { shape, data } = decodeNpy(await readInput(map), map)
    size = shape[1] ?? 0
    const half = data.length / 2
    scaled.push(data.map((value, i) => value * (i < half ? feature : pixel)))
  }
  const data = Float32Array.from(scaled[0]!, (_, i) => meanOf(scaled.map((own) => own[i]!)))
  return writeFileAtomic(destination, encodeNpy({ shape: [2, size, size], data }))
}
