/** The demo: a small data set made on this machine, and a run of every category of it. */
import fs from 'node:fs'
import type { RunConfig } from '../../../shared/config/run-config.ts'
import type { Dataset } from '../../../shared/datasets/dataset.ts'
import type { Run } from '../../../shared/runs/run.ts'
import type { BackgroundContract } from '../../../shared/processes/background.ts'
import type { Supervisor } from '../../processes/supervisor.ts'
import type { Datasets } from './datasets.ts'
import { demoSources } from '../core/installation.ts'
import type { Runs } from '../runs/runs.ts'
import type { Workspace } from '../core/workspace.ts'

const NAME = 'Demo'
const FOLDER = 'demo-data'
const DATA_SEED = 0

export type DemoProgress = (done: number, total: number) => void

export function createDemo(
  { resolve }: Workspace,
  datasets: Datasets,
  runs: Runs,
  background: Supervisor<BackgroundContract>,
) {
  /** Writes the demo data set's files into a new folder; returns the number of images. */
  async function make(folder: string, seed: number, onProgress: DemoProgress): Promise<number> {
    const call = background.call('makeDemo', { folder, seed, sources: demoSources }, (event) =>
      onProgress(event.done, event.total),
    )
    return (await call.result).images
  }

  /** The demo data set of this workspace, made when it is not there. */
  async function ensure(onProgress: DemoProgress): Promise<Dataset> {
    const present = datasets.list().find(({ name }) => name === NAME)
    if (present) return present
    const folder = resolve(FOLDER)
    if (!fs.existsSync(folder)) {
      // Under another name until it is complete, so that an interrupted one is made again.
      const part = `${folder}.part`
      fs.rmSync(part, { recursive: true, force: true })
      await make(part, DATA_SEED, onProgress)
      fs.renameSync(part, folder)
    }
    return datasets.add(datasets.register(folder).token, NAME)
  }

  return {
    make,
    ensure,
    /** The evaluated runs of this workspace's demonstration that are kept. */
    evaluated: (): readonly Run[] => {
      const dataset = datasets.list().find(({ name }) => name === NAME)
      return runs
        .list()
        .filter(({ datasetId, headline }) => datasetId === dataset?.id && headline !== null)
    },
    /** Queues a run of every category with each of some configurations. */
    start: async (
      configs: readonly RunConfig[],
      onProgress: DemoProgress,
    ): Promise<readonly Run[]> => {
      const dataset = await ensure(onProgress)
      return configs.flatMap((config) =>
        dataset.categories.map(({ name }) =>
          runs.start({ datasetId: dataset.id, category: name, config, evaluate: true }),
        ),
      )
    },
  }
}
