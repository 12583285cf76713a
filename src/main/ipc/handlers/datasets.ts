import type { Studio } from '../../services/studio.ts'
import type { RouteHandlers } from '../router.ts'

type DatasetHandlers = Pick<RouteHandlers, Extract<keyof RouteHandlers, `datasets.${string}`>>

/** @param chooseFolder Opens the system's folder dialog; null when it was closed. */
export function datasetHandlers(
  { datasets, facts, imports, readings, runs }: Studio,
  chooseFolder: () => Promise<string | null>,
): DatasetHandlers {
  return {
    'datasets.list': datasets.list,
    'datasets.choose': async () => {
      const folder = await chooseFolder()
      return folder === null ? null : datasets.register(folder)
    },
    'datasets.inspect': ({ token, reading }) => datasets.inspect(token, reading),
    'datasets.endInspect': ({ token }) => datasets.endInspect(token),
    'datasets.add': ({ token, name, reading }) => {
      const job = imports.start(datasets.folder(token), name, reading)
      datasets.endInspect(token)
      return job
    },
    'datasets.import': ({ jobId }) => imports.get(jobId),
    'datasets.importReport': ({ datasetId }) => imports.report(datasetId),
    'datasets.previewRange': ({ datasetId, range }) =>
      readings.previewRange(datasets.get(datasetId), range),
    'datasets.setRange': ({ datasetId, range }) => {
      readings.setRange(datasets.get(datasetId), range)
      return null
    },
    'datasets.previewSplit': ({ datasetId, split }) =>
      readings.previewSplit(datasets.get(datasetId), split),
    'datasets.setSplit': async ({ datasetId, split }) => {
      const dataset = datasets.get(datasetId)
      if (split) readings.setSplit(dataset, split)
      else await readings.undoSplit(dataset)
      return null
    },
    'datasets.nearDuplicates': ({ datasetId }) =>
      readings.nearDuplicates(datasets.get(datasetId), (done, total) =>
        facts.tell('files.progress', { datasetId, done, total }),
      ),
    'datasets.endDuplicates': ({ datasetId }) => {
      readings.endSearch(datasetId)
      return null
    },
    'datasets.remove': ({ datasetId, emptyTrash }) => {
      if (emptyTrash) runs.emptyTrash(datasetId)
      datasets.remove(datasetId)
      return null
    },
  }
}
