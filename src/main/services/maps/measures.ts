/** Scores of stored maps, measured once for a mask, v · ratio and crop, and what calibrates them. */
import type { ScoringSettings } from '../../../shared/config/run-config.ts'
import type { Calibration } from '../../../shared/evaluation/evaluation.ts'
import type { ImageMeasure } from '../../../shared/maps/sweep.ts'
import { scaleRatio, steadyRatio } from '../../../shared/metrics/scale-ratio.ts'
import { Random } from '../../../shared/random.ts'
import type { BackgroundContract } from '../../../shared/processes/background.ts'
import type { Supervisor } from '../../processes/supervisor.ts'
import type { StoredMap } from '../../db/repos/maps.ts'
import type { Workspace } from '../core/workspace.ts'

/** A stored map with the mask that it is measured inside and outside of. */
export interface MeasuredMap {
  readonly map: StoredMap
  readonly mask: { readonly name: string; readonly file: string } | null
  /** Seed of a painted defect, which is the mask then. */
  readonly paint?: number | null
}

/** Measures of maps in their order; those that were measured before are read from the store. */
export async function measureStored(
  { store, resolve }: Workspace,
  background: Supervisor<BackgroundContract>,
  maps: readonly MeasuredMap[],
  weight: number,
  crop: boolean,
): Promise<readonly ImageMeasure[]> {
  const keys = maps.map(({ map, mask, paint = null }) => {
    const name = paint === null ? (mask?.name ?? '') : `painted-${paint}`
    return { mapId: map.id, mask: name, weight, crop }
  })
  const known = keys.map((key) => store.maps.measure(key))
  const missing = keys.flatMap((_, i) => (known[i] ? [] : [i]))
  if (missing.length === 0) return known.map((measure) => measure!)
  const items = missing.map((i) => {
    const { map, mask, paint = null } = maps[i]!
    return { maps: resolve(map.maps.file), mask: mask?.file ?? null, paint }
  })
  const measured = await background.call('sweepMeasures', { items, weight, crop }).result
  store.remember(() => {
    for (const [at, i] of missing.entries()) store.maps.putMeasure(keys[i]!, measured[at]!)
  })
  const fresh = new Map(missing.map((i, at) => [i, measured[at]!]))
  return known.map((measure, i) => measure ?? fresh.get(i)!)
}

/**
 * Ratio and nominal scores by the maps of nominal images, the same for sweeps and evaluations.
 * @param seed The run's, by which images are resampled for the ratio's range.
 */
export async function calibrateBy(
  workspace: Workspace,
  background: Supervisor<BackgroundContract>,
  maps: readonly StoredMap[],
  seed: number,
  { pixelWeight, crop }: Pick<ScoringSettings, 'pixelWeight' | 'crop'>,
): Promise<Calibration> {
  const maxima = maps.flatMap((map) => map.maxima ?? [])
  const { ratio, range } = steadyRatio(maxima, new Random(seed, CALIBRATION))
  const items = maps.map((map) => ({ map, mask: null }))
  const scores = await measureStored(workspace, background, items, pixelWeight * ratio, crop)
  const nominalScores = scores.map(({ score }) => score)
  return { ratio, range, maximaRatio: scaleRatio(maxima), nominalScores }
}

/** The sequence of random numbers that resamples the images of a calibration. */
const CALIBRATION = 8
