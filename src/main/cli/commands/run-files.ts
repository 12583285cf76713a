import path from 'node:path'
import type { RunId } from '../../../shared/core/ids.ts'
import type { Command } from '../command.ts'
import { exporting } from '../exporting.ts'

const megabytes = (bytes: number) => `${(bytes / 1e6).toFixed(1)} MB`

export const runsExport: Command = {
  name: 'runs export',
  usage: 'FILE --run ID [--no-maps]',
  summary: 'Writes a run to one file: configuration, curves, results, checkpoints, environment.',
  details: '--no-maps leaves anomaly maps and reconstructions out, which are most of its size.',
  options: { run: { type: 'string' }, 'no-maps': { type: 'boolean' } },
  run: async ({ values, output, studio }) => {
    const given = path.resolve(values.positional('The file'))
    const file = given.endsWith('.ddadrun') ? given : `${given}.ddadrun`
    const id = values.id('run') as RunId
    const maps = !values.flag('no-maps')
    const written = await exporting(output, 'Writing', (context) =>
      studio().runExport.write(id, file, { ...context, maps }),
    )
    output.result(written, `${written.file} (${megabytes(written.bytes)})`)
  },
}

export const runsImport: Command = {
  name: 'runs import',
  usage: 'FILE',
  summary: 'Takes in a run that was exported elsewhere.',
  details:
    'Its images are found by hash in the data sets of the workspace. Where they are not, figures, curves\n' +
    'and maps can still be looked at; the photographs cannot.',
  options: {},
  run: async ({ values, output, studio }) => {
    const file = path.resolve(values.positional('The file'))
    const { run, dataPresent, maps } = await studio().runImport.read(file)
    const data = dataPresent ? `images found in ${run.datasetName}` : 'its images are not here'
    output.result(
      { run, dataPresent, maps },
      `Run ${run.id}: ${run.name} (${data}${maps ? '' : ', without maps'})`,
    )
  },
}
