/** A sweep as a job: asks the engine for what is missing. */
import type { ImageEntry } from '../../../shared/datasets/dataset.ts'
import type { Job, Run } from '../../../shared/runs/run.ts'
import { NEIGHBOURS } from '../../../shared/diffusion/start-step-rule.ts'
import { DdadError } from '../../../shared/errors.ts'
import type { EngineEvent } from '../../../shared/processes/engine.ts'
import type { JobContext } from '../jobs/job-kinds.ts'
import {
  cellBase,
  cellFolder,
  distanceBank,
  passesLeft,
  planSweep,
  sweepImages,
} from './sweep-plan.ts'
import { sourceOf } from '../runs/run-weights.ts'
import type { Workspace } from '../core/workspace.ts'

export function startSweep(
  context: JobContext,
  run: Run,
  job: Job,
  entries: readonly ImageEntry[],
  onEvent: (event: EngineEvent) => void,
) {
  const { workspace, files, engine } = context
  const { store, resolve } = workspace
  const spec = store.sweeps.ofJob(job.id)
  if (!spec) throw new DdadError('NOT_FOUND', `The settings of job ${job.id} are gone.`)
  const images = sweepImages(run, entries, spec, files)
  const { weights, cells } = planSweep(workspace, run, spec, images)
  const { bank, name } = distanceBank(run, entries, files)
  const tasks = store.transaction(() => {
    const ids = cells.map(({ cell }) => store.sweeps.cell(cell))
    store.sweepCache.touch(ids, Date.now())
    return cells
      .filter(({ missing }) => missing.length > 0)
      .map(({ cell, weights: index, reconstruction, missing }) => {
        const id = store.sweeps.cell(cell)
        return {
          setId: id,
          source: index,
          settings: reconstruction,
          folder: resolve(cellFolder(id)),
          images: missing,
        }
      })
  })
  const featuresOf = weights.map((pair) => cellBase(run, pair).features)
  const distances = featuresOf.map((features, index) => {
    if (featuresOf.indexOf(features) !== index) return []
    const known = store.sweeps.distances(features, name)
    return images.flatMap(({ key }, position) => (known.has(key) ? [] : [position]))
  })
  return engine.call(
    'maps',
    {
      sources: weights.map((pair) => sourceOf(workspace, run, pair)),
      images: images.map(({ key, file, paint }) => ({ key, file, paint })),
      tasks,
      bank,
      distances,
      neighbours: NEIGHBOURS,
      batch: run.config.evaluationBatch,
      blurSigma: run.config.scoring.blurSigma,
      done: passesLeft(cells, images.length).done,
    },
    (event) => {
      if (event.type === 'distances') {
        recordDistances(workspace, featuresOf[event.source]!, name, bank, event)
      } else {
        onEvent(event)
      }
    },
  )
}

function recordDistances(
  { store }: Workspace,
  features: string,
  name: string,
  bank: readonly { readonly key: string }[],
  { nominal, images }: Extract<EngineEvent, { type: 'distances' }>,
): void {
  store.transaction(() => {
    for (const [i, { key }] of bank.entries())
      store.sweeps.putDistance(features, name, key, nominal[i]!)
    for (const { key, distance } of images) store.sweeps.putDistance(features, name, key, distance)
  })
}
