import path from 'node:path'
import type { FileAccount } from '../../../shared/datasets/account.ts'
import type { Dataset, ImportReport } from '../../../shared/datasets/dataset.ts'
import { Unsuccessful, type Command } from '../command.ts'
import { workThrough } from '../follow.ts'
import {
  questionsText,
  readingDetails,
  readingOptions,
  readingUsage,
  readReading,
} from '../reading-options.ts'
import { table, type Output } from '../output.ts'
import type { Studio } from '../../services/studio.ts'

function showScanning({ facts }: Studio, output: Output): void {
  facts.on('import.progress', ({ done, total }) =>
    output.progress('Reading images', { done, total, secondsPerStep: 0, secondsLeft: null }),
  )
}

function categoryTable(categories: Dataset['categories']): string {
  const rows = categories.map(({ name, nominalTrain, nominalValidation, nominalTest, defects }) => {
    const anomalous = Object.values(defects).reduce((sum, count) => sum + count, 0)
    const counts = [nominalTrain, nominalValidation, nominalTest, anomalous].map(String)
    return [name, ...counts, Object.keys(defects).join(', ')]
  })
  return table(['category', 'train', 'validation', 'test good', 'test defective', 'defects'], rows)
}

function accountTable({ total, groups }: FileAccount): string {
  const rows = groups.map(({ use, as, count, examples }) => [
    use,
    as,
    String(count),
    examples[0] ?? '',
  ])
  return table(
    ['files', 'as, or why not', 'count', 'for instance'],
    [...rows, ['all', '', String(total), '']],
  )
}

function reportText(report: ImportReport): string {
  const problems = report.problems.map(({ path, message }) => `  ${path}: ${message}`)
  const heading = problems.length === 0 ? 'No problems.' : `${problems.length} problems:`
  return [
    `${report.name}: ${report.layout}. ${report.recognisedBy}`,
    `${report.imageCount} images, ${report.maskCount} masks`,
    '',
    categoryTable(report.categories),
    '',
    ...(report.account ? [accountTable(report.account), ''] : []),
    ...questionsText(report.questions ?? []),
    heading,
    ...problems,
  ].join('\n')
}

export const datasetsScan: Command = {
  name: 'datasets scan',
  usage: `DIR ${readingUsage}`,
  summary: 'Says what a folder would be imported as. Stores nothing.',
  details:
    '--json gives the account of every file: `files`, each with what it is used as, or why not.\n' +
    readingDetails,
  options: readingOptions,
  run: async ({ values, output, studio }) => {
    const folder = values.positional('The folder')
    showScanning(studio(), output)
    const { datasets } = studio()
    const { token } = datasets.register(folder)
    const { report, files } = await datasets.look(token, readReading(values))
    output.result({ ...report, files }, reportText(report))
  },
}

export const datasetsAdd: Command = {
  name: 'datasets add',
  usage: `DIR [--name NAME] ${readingUsage}`,
  summary: 'Adds a data set to the workspace. Its files are never written.',
  details:
    'The import is a job that needs no device: it runs beside a training. Ctrl-C stops it with what was read\n' +
    'kept; `ddad jobs retry ID` and `ddad jobs work` go on from there.\n' +
    readingDetails,
  options: { name: { type: 'string' }, ...readingOptions },
  run: async ({ values, output, studio }) => {
    const folder = path.resolve(values.positional('The folder'))
    const { imports, datasets, queue } = studio()
    const { id } = imports.start(
      folder,
      values.text('name') ?? path.basename(folder),
      readReading(values),
    )
    const [job] = await workThrough(studio(), [id], output)
    const { datasetId } = imports.get(id)
    if (job?.state !== 'finished' || datasetId === null) {
      if (queue.paused()) output.say('The queue is paused; `ddad jobs resume` lets it go on.')
      throw new Unsuccessful()
    }
    const dataset = datasets.get(datasetId)
    const questions = imports.get(id).report?.questions ?? []
    if (questions.length > 0) output.say(['', ...questionsText(questions)].join('\n'))
    output.result(dataset, `Added ${dataset.name} as data set ${dataset.id}.`)
  },
}

export const datasetsList: Command = {
  name: 'datasets list',
  usage: '',
  summary: 'Lists the data sets of the workspace.',
  options: {},
  run: async ({ output, studio }) => {
    const list = studio().datasets.list()
    const texts = list.map(
      (dataset) =>
        `${dataset.id}  ${dataset.name} (${dataset.layout})  ${dataset.root}\n` +
        categoryTable(dataset.categories),
    )
    output.result(list, texts.length === 0 ? 'There are no data sets yet.' : texts.join('\n\n'))
  },
}

export const datasetsRemove: Command = {
  name: 'datasets remove',
  usage: 'NAME|ID [--empty-trash]',
  summary: 'Forgets a data set that no run uses. Its files stay as they are.',
  options: { 'empty-trash': { type: 'boolean' } },
  details: '--empty-trash  its runs in the trash are deleted for good first',
  run: async ({ values, output, studio }) => {
    const { datasets, runs } = studio()
    const dataset = datasets.find(values.positional('The data set'))
    if (values.flag('empty-trash')) runs.emptyTrash(dataset.id)
    datasets.remove(dataset.id)
    output.result({ removed: dataset.id }, `Removed ${dataset.name}.`)
  },
}
