import type { DatasetId } from '../../../shared/core/ids.ts'
import { DdadError } from '../../../shared/errors.ts'
import type { Studio } from '../../services/studio.ts'
import type { Dialogs } from '../dialogs.ts'
import type { RouteHandlers } from '../router.ts'

type FileHandlers = Pick<RouteHandlers, Extract<keyof RouteHandlers, `files.${string}`>>

/** Files that a window names; of more, the number. */
const LISTED = 500

export function fileHandlers(
  { datasets, facts, fileChecks, relinks, additions }: Studio,
  chooseFolder: Dialogs['folder'],
): FileHandlers {
  const progress = (datasetId: DatasetId) => (done: number, total: number) =>
    facts.tell('files.progress', { datasetId, done, total })

  return {
    'files.look': async ({ datasetId }) => {
      if (!(await fileChecks.lookAt(datasetId))) return null
      await additions.lookAt(datasets.get(datasetId)).catch((error: unknown) => {
        // A folder that is gone or has another layout now is said where files are looked for by hand.
        if (!(error instanceof DdadError)) throw error
      })
      return null
    },
    'files.check': async ({ datasetId, contents }) => {
      const onProgress = progress(datasetId)
      await fileChecks.check(datasetId, { contents, onProgress }).result
      return fileChecks.report(datasetId, LISTED)
    },
    'files.cancel': ({ datasetId }) => {
      fileChecks.cancel(datasetId)
      relinks.cancel(datasetId)
      additions.cancel(datasetId)
      return null
    },
    'files.report': ({ datasetId }) => fileChecks.report(datasetId, LISTED),
    'files.accept': ({ datasetId }) => fileChecks.accept(datasetId),
    'files.ignore': ({ datasetId, ignored }) => fileChecks.setIgnored(datasetId, ignored),
    'files.relink': async ({ datasetId }) => {
      const dataset = datasets.get(datasetId)
      const folder = await chooseFolder(`Where are the files of ${dataset.name} now?`)
      if (folder === null) return null
      return relinks.inspect(dataset, folder, progress(datasetId))
    },
    'files.relinkTo': async ({ datasetId, token }) => {
      const dataset = datasets.get(datasetId)
      await relinks.inspect(dataset, datasets.folder(token), progress(datasetId))
      return relinks.apply(dataset)
    },
    'files.applyRelink': ({ datasetId }) => relinks.apply(datasets.get(datasetId)),
    'files.newCount': ({ datasetId }) => additions.noticed(datasetId),
    'files.inspectNew': ({ datasetId }) =>
      additions.inspect(datasets.get(datasetId), progress(datasetId)),
    'files.addNew': ({ datasetId }) => additions.apply(datasets.get(datasetId)),
    'files.changedSince': ({ evaluationId }) => fileChecks.changedSince(evaluationId),
  }
}
