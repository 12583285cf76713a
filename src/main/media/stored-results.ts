import type { MetricRow } from '../../shared/domain/evaluation.ts'
import { DdadError } from '../../shared/errors.ts'
import { evaluationMetrics, type ScoredImage } from '../../shared/metrics/evaluation-metrics.ts'
import { combineMaps, cutFrame } from '../../shared/metrics/stored-maps.ts'
import { readInput } from './files.ts'
import { decodeMask, maskCoverage } from './mask.ts'
import { decodeNpy } from './npy.ts'

/** An evaluated image: its stored maps and the mask in force. */
export interface StoredResult {
  readonly anomalous: boolean
  readonly defectType: string
  /** Null: nominal everywhere. */
  readonly maskFile: string | null
  /** `.npy` float32 [2, S, S]. */
  readonly maps: string
  readonly ratio: number
}

export interface StoredScoring {
  /** v. */
  readonly pixelWeight: number
  readonly crop: boolean
}

export interface StoredMetrics {
  readonly metrics: readonly MetricRow[]
  /** Each result's score, in order. */
  readonly scores: readonly number[]
}

/**
 * Figures of an evaluation from what is stored, without the network.
 *
 * @throws DdadError NOT_FOUND or BAD_FILE naming the file; CANCELLED when the signal is aborted.
 */
export async function metricsOfStored(
  results: readonly StoredResult[],
  scoring: StoredScoring,
  options: { signal?: AbortSignal; onProgress?: (done: number, total: number) => void } = {},
): Promise<StoredMetrics> {
  const images: ScoredImage[] = []
  for (const result of results) {
    if (options.signal?.aborted) {
      throw new DdadError('CANCELLED', 'Computing the metrics was cancelled; nothing was changed.')
    }
    images.push(await loadScoredImage(result, scoring))
    options.onProgress?.(images.length, results.length)
  }
  return { metrics: evaluationMetrics(images), scores: images.map(({ score }) => score) }
}

/**
 * Reads an image's stored maps and mask, combined and cut to what is scored.
 *
 * @throws DdadError NOT_FOUND or BAD_FILE naming the file.
 */
export async function loadScoredImage(
  { anomalous, defectType, maskFile, maps: file, ratio }: StoredResult,
  { pixelWeight, crop }: StoredScoring,
): Promise<ScoredImage> {
  const { shape, data } = decodeNpy(await readInput(file), file)
  const size = shape[1] ?? 0
  if (shape.length !== 3 || shape[0] !== 2 || shape[2] !== size) {
    throw new DdadError(
      'BAD_FILE',
      `${file} has the shape [${shape.join(', ')}] instead of [2, S, S]. Evaluate the image again.`,
    )
  }
  const { side, map, score } = combineMaps(data, size, pixelWeight * ratio, crop)
  const mask = maskFile === null ? null : await loadCoverage(maskFile, size, crop)
  return { score, anomalous, defectType, width: side, height: side, map, mask }
}

/** How much of each pixel of a map the defects of a mask file cover, cut to what is scored. */
export async function loadCoverage(file: string, size: number, crop: boolean): Promise<Uint8Array> {
  const mask = await decodeMask(await readInput(file), file)
  return cutFrame(maskCoverage(mask, size), size, crop)
}
