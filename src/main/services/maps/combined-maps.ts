/** Maps that are means of stored ones: of several T′, draws of noise, or brought to another scale. */
import { mkdirSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import type { Evaluation } from '../../../shared/evaluation/evaluation.ts'
import type { StoredMap } from '../../db/repos/maps.ts'
import type { JobContext } from '../jobs/job-kinds.ts'
import { writeFileAtomic } from '../../files/files.ts'
import { evaluationFolder } from '../core/workspace.ts'

/** A stored map with what its feature and its pixel half are multiplied by. */
export interface MapPart {
  readonly map: StoredMap
  readonly feature: number
  readonly pixel: number
}

/**
 * The mean of stored maps, each in its scale, with the picture of the last; it belongs to one evaluation. A single map
 * as it is needs no file of its own.
 * @param name Of the file, unique in the evaluation.
 */
export async function combineParts(
  { workspace, background }: Pick<JobContext, 'workspace' | 'background'>,
  { id: evaluationId, runId }: Evaluation,
  name: string,
  parts: readonly MapPart[],
): Promise<StoredMap> {
  const { store, resolve } = workspace
  const last = parts.at(-1)!
  if (parts.length === 1 && last.feature === 1 && last.pixel === 1) return last.map
  const base = `${evaluationFolder(runId, evaluationId)}/${name}`
  mkdirSync(resolve(evaluationFolder(runId, evaluationId)), { recursive: true })
  const written = await background.call('combineMaps', {
    parts: parts.map((part) => ({ ...part, map: resolve(part.map.maps.file) })),
    destination: resolve(`${base}.npy`),
  }).result
  // A copy, as the stored one may be removed when no evaluation needs its map.
  const made = last.map.reconstruction
  const reconstruction = made && { ...made, file: `${base}.png` }
  if (reconstruction)
    await writeFileAtomic(resolve(reconstruction.file), await readFile(resolve(made.file)))
  const known = parts.map(({ map }) => map.maxima)
  const mean = (of: 'feature' | 'pixel') =>
    known.reduce((sum, maxima) => sum + (maxima?.[of] ?? 0), 0) / known.length
  const plain = parts.every(({ feature, pixel }) => feature === 1 && pixel === 1)
  const row = {
    setId: store.maps.ownSet(evaluationId),
    key: name,
    maxima:
      plain && !known.includes(null) ? { feature: mean('feature'), pixel: mean('pixel') } : null,
    milliseconds: parts.reduce((sum, { map }) => sum + map.milliseconds, 0),
    maps: { ...written, file: `${base}.npy` },
    reconstruction,
  }
  return { ...row, id: store.maps.put(row) }
}
