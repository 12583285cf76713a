/** Files of data sets that have vanished, changed or moved. */
import path from 'node:path'
import type {
  AdditionReport,
  FileProblem,
  RelinkReport,
} from '../../../shared/datasets/file-check.ts'
import { Unsuccessful, type Command } from '../command.ts'
import { table, type Output } from '../output.ts'
import { onSignals } from '../signals.ts'

function progress(output: Output, label: string) {
  const began = Date.now()
  return (done: number, total: number): void => {
    const secondsPerStep = (Date.now() - began) / 1000 / Math.max(1, done)
    const secondsLeft = secondsPerStep * (total - done)
    output.progress(label, { done, total, secondsPerStep, secondsLeft })
  }
}

const row = ({ state, file, message, ignored }: FileProblem): string[] => [
  ignored ? `${state}, ignored` : state,
  file,
  message,
]

export const datasetsCheck: Command = {
  name: 'datasets check',
  usage: 'NAME|ID [--contents] [--accept|--ignore|--heed]',
  summary: 'Says which files have vanished or changed since the import.',
  options: {
    contents: { type: 'boolean' },
    accept: { type: 'boolean' },
    ignore: { type: 'boolean' },
    heed: { type: 'boolean' },
  },
  details: `Exit code 1 when a file is not as it was imported and not ignored. No file is ever written.
  --contents  read every file, not only those whose size or time differ
  --accept    take changed content as the data set's from now on; results of before are out of date then
  --ignore    leave what was found out of badges until something else is found; jobs leave lost images out
  --heed      no longer ignore anything`,
  run: async ({ values, output, studio }) => {
    const { datasets, fileChecks, additions } = studio()
    const dataset = datasets.find(values.positional('The data set'))
    const { id, name } = dataset
    const contents = values.flag('contents')
    const call = fileChecks.check(id, { contents, onProgress: progress(output, 'Checking') })
    const stop = () => call.end('cancel')
    await call.result.finally(onSignals({ stop, discard: stop }))
    if (values.flag('accept')) {
      const { accepted, outdatedResults, refused } = fileChecks.accept(id)
      output.say(
        `Accepted ${accepted} files; ${outdatedResults} results of evaluations are out of date.` +
          (refused > 0 ? ` ${refused} cannot be accepted.` : ''),
      )
    }
    if (values.flag('ignore')) fileChecks.setIgnored(id, true)
    if (values.flag('heed')) fileChecks.setIgnored(id, false)
    const report = fileChecks.report(id, -1)
    const { problems, fileCount } = report
    const text =
      problems.length === 0
        ? `All ${fileCount} files of ${name} are as they were imported.`
        : `${table(['state', 'file', ''], problems.map(row))}\n\n${problems.length} of ${fileCount} files of ${name} are not as they were imported.`
    if (!report.folderMissing) await additions.lookAt(dataset)
    const newFiles = additions.noticed(id)
    const news =
      newFiles > 0
        ? `\n${newFiles} files came after the import; \`ddad datasets update ${name}\` adds them.`
        : ''
    output.result({ ...report, newFiles }, text + news)
    if (problems.some(({ ignored }) => !ignored)) throw new Unsuccessful()
  },
}

function relinkText({ root, fileCount, samePath, moved, changed, missing }: RelinkReport): string {
  return [
    `${root}: ${samePath} of ${fileCount} files at the same path, ${moved.length} found elsewhere by content, ${changed.length} with another content, ${missing.length} not found.`,
    ...moved.map(({ from, to }) => `  ${from} → ${to}`),
    ...changed.map((file) => `  changed: ${file}`),
    ...missing.map((file) => `  not found: ${file}`),
  ].join('\n')
}

export const datasetsRelink: Command = {
  name: 'datasets relink',
  usage: 'NAME|ID DIR [--dry-run]',
  summary: 'Says where the files of a data set are now, by path and content. Nothing is lost.',
  options: { 'dry-run': { type: 'boolean' } },
  details: `DIR is the folder after it was moved, a folder that holds it, or the same one after files were renamed.
Runs, verdicts, corrected masks and results stay with their images. --dry-run only reports.`,
  run: async ({ values, output, studio }) => {
    const { datasets, relinks } = studio()
    const [reference, folder] = values.pair('The data set', 'The new folder')
    const dataset = datasets.find(reference)
    const onProgress = progress(output, 'Looking')
    const found = await relinks.inspect(dataset, path.resolve(folder), onProgress)
    if (!values.flag('dry-run')) await relinks.apply(dataset)
    output.result(found, relinkText(found))
  },
}

function additionText({ images, masks, renamed, problems }: AdditionReport): string {
  return [
    `${images.length} new images, ${masks.length} masks of images that had none.`,
    ...images.map((file) => `  ${file}`),
    ...masks.map((file) => `  ${file}`),
    ...renamed.map(({ from, to }) => `  not added, ${from} under another name (relink): ${to}`),
    ...problems.map((problem) => `  ${problem.path}: ${problem.message}`),
  ].join('\n')
}

export const datasetsUpdate: Command = {
  name: 'datasets update',
  usage: 'NAME|ID [--dry-run]',
  summary: 'Adds images and masks that came into the folder after the import.',
  options: { 'dry-run': { type: 'boolean' } },
  details: `Runs keep the training images that they began with; new test images count from the next evaluation on.
--dry-run only reports.`,
  run: async ({ values, output, studio }) => {
    const { datasets, additions } = studio()
    const dataset = datasets.find(values.positional('The data set'))
    const found = await additions.inspect(dataset, progress(output, 'Reading'))
    if (!values.flag('dry-run')) additions.apply(dataset)
    output.result(found, additionText(found))
  },
}
