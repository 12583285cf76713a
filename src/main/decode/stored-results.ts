import { stat } from 'node:fs/promises'
import { DdadError } from '../../shared/errors.ts'
import { EvaluationTally, type ScoredImage } from '../../shared/metrics/evaluation-metrics.ts'
import { overlapOf, type Overlap } from '../../shared/metrics/overlap.ts'
import { combineMaps, cutFrame, frameWidth } from '../../shared/metrics/stored-maps.ts'
import type { StoredImage, StoredScoring } from '../../shared/processes/background.ts'
import { readInput } from '../files/files.ts'
import { decodeMask, maskCoverage, type Coverage } from './mask.ts'
import { decodeNpy } from './npy.ts'
import type { PixelCache } from './pixel-cache.ts'

export interface LoadOptions {
  readonly signal?: AbortSignal | undefined
  readonly onProgress?: ((done: number, total: number) => void) | undefined
  /** Keeps what is read for the next time; only what has changed is read again. */
  readonly cache?: PixelCache | undefined
}

/**
 * Tallies the images of an evaluation one by one.
 *
 * @throws DdadError as {@link loadScoredImage} does; CANCELLED when the signal is aborted.
 */
export async function tallyOfStored(
  results: readonly StoredImage[],
  scoring: StoredScoring,
  options: LoadOptions,
): Promise<EvaluationTally> {
  const tally = new EvaluationTally()
  await eachScoredImage(results, scoring, options, (image) => tally.add(image))
  return tally
}

async function eachScoredImage(
  results: readonly StoredImage[],
  scoring: StoredScoring,
  { signal, onProgress, cache }: LoadOptions,
  visit: (image: ScoredImage) => void,
): Promise<void> {
  for (const [index, result] of results.entries()) {
    if (signal?.aborted) {
      throw new DdadError('CANCELLED', 'Computing the metrics was cancelled; nothing was changed.')
    }
    visit(await loadScoredImage(result, scoring, cache))
    onProgress?.(index + 1, results.length)
  }
}

/**
 * Reads an image's stored maps and mask, combined and cut to what is scored.
 *
 * @throws DdadError NOT_FOUND or BAD_FILE naming the file.
 */
export async function loadScoredImage(
  { anomalous, defectType, maskFile, maps: file, ratio }: StoredImage,
  { pixelWeight, crop }: StoredScoring,
  cache?: PixelCache,
): Promise<ScoredImage> {
  const { size, maps } = await loadMaps(file, cache)
  const { side, map, score } = combineMaps(maps, size, pixelWeight * ratio, crop)
  const covered = maskFile === null ? null : await loadCoverage(maskFile, size, crop, cache)
  const { defect: mask, unknown } = covered ?? { defect: null, unknown: null }
  return { score, anomalous, defectType, width: side, height: side, map, mask, unknown }
}

/**
 * Each result's overlap of map and mask, in order.
 *
 * @throws DdadError as {@link tallyOfStored} does.
 */
export async function overlapsOfStored(
  results: readonly StoredImage[],
  scoring: StoredScoring,
  threshold: number,
  options: LoadOptions,
): Promise<readonly Overlap[]> {
  const overlaps: Overlap[] = []
  await eachScoredImage(results, scoring, options, ({ map, mask, unknown, anomalous }) => {
    overlaps.push(overlapOf(map, mask, unknown, threshold, mask !== null || !anomalous))
  })
  return overlaps
}

/**
 * Stored maps [2, S, S]: blurred feature and pixel distance.
 *
 * @throws DdadError NOT_FOUND or BAD_FILE naming the file.
 */
export async function loadMaps(
  file: string,
  cache?: PixelCache,
): Promise<{ size: number; maps: Float32Array }> {
  const load = async () => {
    const { shape, data } = decodeNpy(await readInput(file), file)
    if (shape.length === 3 && shape[0] === 2 && shape[1] === shape[2]) return data
    throw new DdadError(
      'BAD_FILE',
      `${file} has the shape [${shape.join(', ')}] instead of [2, S, S]. Evaluate the image again.`,
    )
  }
  const maps = cache ? await cache.get(await versionOf(file), load) : await load()
  return { size: Math.sqrt(maps.length / 2), maps }
}

/** What a mask file says of each pixel of a map, cut to what is scored. */
export async function loadCoverage(
  file: string,
  size: number,
  crop: boolean,
  cache?: PixelCache,
): Promise<Coverage> {
  // Kept as one array: what is unknown, if anything is, behind the defects.
  const load = async () => {
    const { defect, unknown } = maskCoverage(await decodeMask(await readInput(file), file), size)
    const parts = [defect, ...(unknown ? [unknown] : [])].map((part) => cutFrame(part, size, crop))
    return Buffer.concat(parts)
  }
  const both: Uint8Array = cache
    ? await cache.get<Uint8Array>(`${await versionOf(file)} ${size} ${crop}`, load)
    : await load()
  const pixels = (size - 2 * frameWidth(size, crop)) ** 2
  const unknown = both.length > pixels ? both.subarray(pixels) : null
  return { defect: both.subarray(0, pixels), unknown }
}

/** A file's name with what changes when it is written again. */
export async function versionOf(file: string): Promise<string> {
  const found = await stat(file).catch(() => null)
  return `${file} ${found?.size} ${found?.mtimeMs}`
}
