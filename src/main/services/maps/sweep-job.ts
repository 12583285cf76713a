/** A sweep as a job: asks for its maps and for the distances by which a rule chooses T′. */
import { NEIGHBOURS } from '../../../shared/diffusion/start-step-rule.ts'
import type { ImageEntry } from '../../../shared/datasets/dataset.ts'
import type { Job, Run } from '../../../shared/runs/run.ts'
import { DdadError } from '../../../shared/errors.ts'
import type { EngineEvent } from '../../../shared/processes/engine.ts'
import type { JobContext } from '../jobs/job-kinds.ts'
import { basisOf, ensureMaps, featuresName } from './map-store.ts'
import { distanceBank, sweepImages, sweepMaps } from './sweep-plan.ts'

export function startSweep(
  { workspace, files, engine }: JobContext,
  run: Run,
  job: Job,
  entries: readonly ImageEntry[],
  onEvent: (event: EngineEvent) => void,
) {
  const spec = workspace.store.sweeps.ofJob(job.id)?.spec
  if (!spec) throw new DdadError('NOT_FOUND', `The settings of job ${job.id} are gone.`)
  const images = sweepImages(workspace, run, entries, spec, files)
  const maps = sweepMaps(workspace, run, spec, images)
  const { bank, name } = distanceBank(run, entries, files)
  // Weights with the same features have the same distances.
  const byFeatures = new Map(maps.map(({ weights }) => [featuresName(run, weights), weights]))
  const distances = [...byFeatures.values()].map((weights) => ({
    ...{ weights, bank, name, images },
    neighbours: NEIGHBOURS,
  }))
  return ensureMaps(workspace, engine, run, maps, basisOf(run), onEvent, distances)
}
