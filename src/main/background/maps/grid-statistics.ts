/** Chance in a category × model grid, from the pixels' profiles where they are there. */
import { setImmediate } from 'node:timers/promises'
import { comparedMetrics } from '../../../shared/evaluation/comparison.ts'
import {
  meanDifferences,
  rowStatistics,
  type RowStatistics,
} from '../../../shared/metrics/paired-bootstrap.ts'
import { PixelProfiles, pixelProfiles } from '../../../shared/metrics/pixel-profiles.ts'
import type {
  GridInput,
  GridStatistics,
  StoredImage,
  StoredScoring,
} from '../../../shared/processes/background.ts'
import { readInput, writeFileAtomic } from '../../files/files.ts'
import { decodeNpy, encodeNpy } from '../../decode/npy.ts'
import { tallyOfStored, type LoadOptions } from '../../decode/stored-results.ts'

/**
 * Counts the pixels of an evaluation's stored maps and writes what resampling needs of them as `.npy` float32
 * [images, 3, bins].
 *
 * @throws DdadError as tallyOfStored does.
 */
export async function writeProfiles(
  results: readonly StoredImage[],
  scoring: StoredScoring,
  destination: string,
  options: LoadOptions,
): Promise<void> {
  const tally = await tallyOfStored(results, scoring, options)
  const { images, bins, counts } = pixelProfiles(tally.images(null))
  await writeFileAtomic(destination, encodeNpy({ shape: [images, 3, bins], data: counts }))
}

async function readProfiles(file: string): Promise<PixelProfiles> {
  const { shape, data } = decodeNpy(await readInput(file), file)
  const [images = 0, , bins = 0] = shape
  return new PixelProfiles(images, bins, data)
}

/**
 * Statistics of all rows; other calls are answered between them.
 *
 * @throws DdadError when a file of profiles cannot be read.
 */
export async function gridStatistics(
  { rows, baseline, seed }: GridInput,
  onProgress: (done: number, total: number) => void,
): Promise<GridStatistics> {
  const options = { metrics: comparedMetrics, seed }
  const done: RowStatistics[] = []
  for (const row of rows) {
    const models = await Promise.all(
      row.map(async (cell) => {
        if (!cell) return null
        const profiles = cell.profiles === null ? null : await readProfiles(cell.profiles)
        return { ...cell, profiles }
      }),
    )
    done.push(rowStatistics(models, baseline, { ...options, seed: seed + done.length }))
    onProgress(done.length, rows.length)
    await setImmediate()
  }
  return { cells: done.map(({ cells }) => cells), means: meanDifferences(done, options) }
}
