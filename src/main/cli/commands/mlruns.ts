import path from 'node:path'
import type { RunId } from '../../../shared/core/ids.ts'
import type { Command } from '../command.ts'
import { exporting } from '../exporting.ts'
import { toId } from '../values.ts'

export const exportMlruns: Command = {
  name: 'export mlruns',
  usage: 'DIR [--run ID]… [--checkpoints]',
  summary: "Writes runs in MLflow's file layout, to be opened with its viewer.",
  details:
    'Every run of the workspace where none is named; one experiment per data set. --checkpoints copies weights\n' +
    'as artifacts. Read it with: mlflow ui --backend-store-uri DIR',
  options: { run: { type: 'string', multiple: true }, checkpoints: { type: 'boolean' } },
  run: async ({ values, output, studio }) => {
    const folder = path.resolve(values.positional('The folder'))
    const ids = values.list('run').map((text) => toId(text, '--run') as RunId)
    const checkpoints = values.flag('checkpoints')
    const written = await exporting(output, 'Writing runs', (context) =>
      studio().mlflowExport.write(folder, ids, { ...context, checkpoints }),
    )
    output.result(written, `${written.runs} runs in ${written.folder}`)
  },
}
