import path from 'node:path'
import type { EvaluationId } from '../../../shared/core/ids.ts'
import { UsageError, type Command } from '../command.ts'
import { exporting } from '../exporting.ts'

export const mapsExport: Command = {
  name: 'maps export',
  usage: 'DIR --evaluation ID [--format tiff|npy] [--size original|network]',
  summary: 'Writes the anomaly maps of an evaluation as float32 files.',
  details:
    "The layout is that of MVTec's evaluation code: DIR/<category>/test/<defect type>/<image>.tiff.\n" +
    "Maps have the photographs' own size, or with --size network the size that the network made them.",
  options: {
    evaluation: { type: 'string' },
    format: { type: 'string' },
    size: { type: 'string' },
  },
  run: async ({ values, output, studio }) => {
    const id = values.id('evaluation') as EvaluationId
    const folder = path.resolve(values.positional('The folder'))
    const format = values.text('format') ?? 'tiff'
    const size = values.text('size') ?? 'original'
    if (format !== 'tiff' && format !== 'npy') throw new UsageError('--format takes tiff or npy.')
    if (size !== 'original' && size !== 'network') {
      throw new UsageError('--size takes original or network.')
    }
    const written = await exporting(output, 'Writing maps', (context) =>
      studio().mapExports.write(id, folder, { format, size }, context),
    )
    output.result(written, `${written.files} maps in ${written.folder}`)
  },
}
