/** A studio with the real engine over a small data set and a tiny trained network. */
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { onTestFinished } from 'vitest'
import { childEnvironment } from '../../src/main/processes/child-environment.ts'
import { forkNode } from '../../src/main/processes/node-transport.ts'
import { Supervisor } from '../../src/main/processes/supervisor.ts'
import { childEntry } from '../../src/main/services/core/installation.ts'
import { openStudio, type Studio } from '../../src/main/services/studio.ts'
import { presets } from '../../src/shared/config/presets.ts'
import type { RunConfig } from '../../src/shared/config/run-config.ts'
import { passesOf } from '../../src/shared/diffusion/passes.ts'
import type { BackgroundContract } from '../../src/shared/processes/background.ts'
import type { EngineContract } from '../../src/shared/processes/engine.ts'
import { writePlates } from './evaluated-workspace.ts'

/** Network passes that were asked for, by a look at every request to the engine. */
class CountingEngine extends Supervisor<EngineContract> {
  passes = 0

  override call: Supervisor<EngineContract>['call'] = (method, input, onEvent) => {
    if (method === 'maps') {
      const { tasks } = input as EngineContract['maps']['input']
      for (const { images, settings } of tasks) this.passes += images.length * passesOf(settings)
    }
    return super.call(method, input, onEvent)
  }
}

export const tinyConfig: RunConfig = {
  ...presets.tiny,
  model: {
    ...{ imageSize: 32, baseChannels: 8, multipliers: [1, 1], blocksPerLevel: 1 },
    ...{ attentionAt: [16], heads: 2, groups: 4, dropout: 0 },
  },
  training: { ...presets.tiny.training, epochs: 2, batchSize: 2, microBatch: 2 },
  adaptation: { ...presets.tiny.adaptation, epochs: 0 },
  reconstruction: { ...presets.tiny.reconstruction, startStep: 100, skip: 50 },
  evaluationBatch: 4,
}

/** A studio over a folder with the real child processes; closed after the test. */
export function openRealStudio(folder: string) {
  const env = childEnvironment(process.env)
  const engine = new CountingEngine({ spawn: () => forkNode(childEntry('engine'), env) })
  const studio = openStudio(folder, {
    engine,
    preview: new Supervisor<EngineContract>({ spawn: () => forkNode(childEntry('engine'), env) }),
    background: new Supervisor<BackgroundContract>({
      spawn: () => forkNode(childEntry('background'), env),
    }),
  })
  onTestFinished(() => studio.close())
  return { studio, engine }
}

/** With plates and a trained run. */
export async function trainedPlates(config: RunConfig = tinyConfig) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'ddad-real-'))
  onTestFinished(() => fs.rmSync(folder, { recursive: true, force: true }))
  const plates = path.join(folder, 'plates')
  writePlates(plates)
  const { studio, engine } = openRealStudio(path.join(folder, 'workspace'))
  const dataset = await studio.datasets.add(studio.datasets.register(plates).token, 'Plates')
  const own = { datasetId: dataset.id, category: 'plate', config }
  const run = studio.runs.start({ ...own, evaluate: false })
  await finished(
    studio,
    studio.runs.jobs(run.id).map(({ id }) => id),
  )
  return { studio, engine, run: studio.runs.get(run.id), plates, dataset }
}

/** Works on jobs until they are at rest. */
export async function finished(studio: Studio, ids: Parameters<Studio['queue']['drain']>[0]) {
  const jobs = await studio.queue.drain(ids)
  for (const { state, error, title } of jobs)
    if (state !== 'finished') throw new Error(`${title} is ${state}: ${error}`)
}
