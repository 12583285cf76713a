import { tableEndings } from '../../../shared/exchange/table.ts'
import { writeExport } from '../../files/files.ts'
import type { Studio } from '../../services/studio.ts'
import type { Dialogs } from '../dialogs.ts'
import type { RouteHandlers } from '../router.ts'

type ExchangeHandlers = Pick<
  RouteHandlers,
  Extract<keyof RouteHandlers, `exchange.${string}` | `reproduction.${string}`>
>

export function exchangeHandlers(
  {
    evaluations,
    exports,
    mapExports,
    mlflowExport,
    reports,
    reproduction,
    runs,
    runExport,
    runImport,
  }: Studio,
  dialogs: Dialogs,
  printPdf: (html: string, file: string, signal: AbortSignal) => Promise<void>,
): ExchangeHandlers {
  return {
    'exchange.saveTable': async ({ name, format, text }) => {
      const ending = tableEndings[format]
      const file = await dialogs.save('Save the table', `${fileName(name)}.${ending}`, ending)
      if (file === null) return null
      await writeExport(file, Buffer.from(text))
      return { place: file, files: 1 }
    },
    'exchange.exportMaps': async ({ evaluationId, format, size }) => {
      const folder = await dialogs.folder('Choose a folder for the anomaly maps')
      if (folder === null) return null
      const request = { format, size }
      const what = `Anomaly maps of ${evaluations.get(evaluationId).category}`
      const written = await exports.run(what, (context) =>
        mapExports.write(evaluationId, folder, request, context),
      )
      return { place: written.folder, files: written.files }
    },
    'exchange.saveReport': async ({ subject, format }) => {
      const title = reports.titleOf(subject)
      const file = await dialogs.save('Save the report', `${fileName(title)}.${format}`, format)
      if (file === null) return null
      return exports.run(`Report: ${title}`, async (context) => {
        const html = await reports.html(subject, context)
        if (format === 'pdf') await printPdf(html, file, context.signal)
        else await writeExport(file, Buffer.from(html))
        return { place: file, files: 1 }
      })
    },
    'exchange.exportMlruns': async ({ runIds, checkpoints }) => {
      const folder = await dialogs.folder('Choose a folder for MLflow')
      if (folder === null) return null
      const written = await exports.run('Runs for MLflow', (context) =>
        mlflowExport.write(folder, runIds, { ...context, checkpoints }),
      )
      return { place: folder, files: written.files }
    },
    'reproduction.plan': ({ runId }) => reproduction.plan(runId),
    'reproduction.start': ({ runId }) => reproduction.start(runId),
    'exchange.exportRun': async ({ runId, maps }) => {
      const { name } = runs.get(runId)
      const chosen = await dialogs.save('Export the run', `${fileName(name)}.ddadrun`, 'ddadrun')
      if (chosen === null) return null
      const file = chosen.endsWith('.ddadrun') ? chosen : `${chosen}.ddadrun`
      await exports.run(name, (context) => runExport.write(runId, file, { ...context, maps }))
      return { place: file, files: 1 }
    },
    'exchange.cancel': ({ id }) => exports.cancel(id),
    'exchange.importRun': async () => {
      const file = await dialogs.open('Import a run', 'Exported runs', ['ddadrun'])
      return file === null ? null : runImport.read(file)
    },
  }
}

/** A title as a file name. */
function fileName(title: string): string {
  return title.replace(/[^\p{L}\p{N} ._-]+/gu, '-').trim() || 'table'
}
