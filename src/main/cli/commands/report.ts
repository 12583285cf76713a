import fs from 'node:fs'
import path from 'node:path'
import type { EvaluationId, StudyId } from '../../../shared/core/ids.ts'
import { writeExport } from '../../files/files.ts'
import type { ReportSubject } from '../../services/exchange/reports.ts'
import { printPdf } from '../../services/exchange/print-pdf.ts'
import { UsageError, type Command, type CommandContext } from '../command.ts'
import { exporting } from '../exporting.ts'

function subjectOf({ values, studio }: CommandContext): ReportSubject {
  const [evaluation, dataset, study] = ['evaluation', 'dataset', 'study'].map((name) =>
    values.text(name),
  )
  const given = [evaluation, dataset, study].filter((value) => value !== undefined)
  if (given.length !== 1) throw new UsageError('Name one of --evaluation, --dataset and --study.')
  if (evaluation !== undefined) {
    return { kind: 'evaluation', evaluationId: values.id('evaluation') as EvaluationId }
  }
  if (study !== undefined) return { kind: 'study', studyId: values.id('study') as StudyId }
  return { kind: 'dataset', datasetId: studio().datasets.find(values.required('dataset')).id }
}

export const report: Command = {
  name: 'report',
  usage: 'FILE --evaluation ID | --dataset NAME|ID | --study ID',
  summary: 'Writes a report as one HTML or PDF file, by the ending of its name.',
  details:
    'Figures by category, curves, the operating point, the worst failures and corrected masks. A data set or\n' +
    'study is reported by the newest evaluation of each category. A PDF is printed by Electron, without a display.',
  options: {
    evaluation: { type: 'string' },
    dataset: { type: 'string' },
    study: { type: 'string' },
  },
  run: async (context) => {
    const { values, output, studio } = context
    const file = path.resolve(values.positional('The file'))
    const ending = path.extname(file).toLowerCase()
    if (!['.html', '.htm', '.pdf'].includes(ending)) {
      throw new UsageError('The name of a report ends with .html or .pdf.')
    }
    const subject = subjectOf(context)
    const { reports } = studio()
    const title = reports.titleOf(subject)
    await exporting(output, 'Reporting', async (exported) => {
      const html = await reports.html(subject, exported)
      fs.mkdirSync(path.dirname(file), { recursive: true })
      if (ending === '.pdf') await printPdf(html, file, exported.signal)
      else await writeExport(file, Buffer.from(html))
    })
    output.result({ file, title }, `${title}: ${file}`)
  },
}
