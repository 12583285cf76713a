import type { StudyId } from '../../../shared/core/ids.ts'
import { askedFor } from '../../../shared/jobs/estimate.ts'
import { MATCHING, parseSeeds, planStudy, type Study } from '../../../shared/runs/study.ts'
import { presets } from '../../../shared/config/presets.ts'
import type { Studio } from '../../services/studio.ts'
import { UsageError, type Command, type CommandContext } from '../command.ts'
import { withSettings } from '../config.ts'
import { figure, table, type Output } from '../output.ts'
import { submissionFrom, submissionHelp, submissionOptions } from '../submission-options.ts'
import { followStudy, sentStudyCommands, showSent, studyId, tasksText } from './sent-studies.ts'
import { workAndReport } from './work.ts'
import type { SendRequest } from '../../services/jobs/send-study.ts'

const words = (text: string) => text.split(',').filter(Boolean)

function dataOf({ studies, sendStudy }: Studio, id: StudyId) {
  return {
    study: studies.get(id),
    runs: studies.runs(id),
    jobs: studies.jobs(id),
    tasks: sendStudy.tasks(id),
  }
}

function studyText(studio: Studio, id: StudyId): string {
  const { study, runs } = dataOf(studio, id)
  const rows = runs.map(({ id: runId, name, state, headline }) => [
    String(runId),
    name,
    state,
    figure(headline?.imageAuroc ?? null),
    figure(headline?.pixelAuroc ?? null),
    figure(headline?.auPro ?? null),
  ])
  const { jobs, place } = study
  const how = place
    ? `${place.tasks.imported} of ${place.tasks.all} results here, ${place.tasks.ended} tasks ended early`
    : `${jobs.finished} of ${jobs.all} jobs finished, ${jobs.open} open, ${jobs.failed} failed`
  return [
    `Study ${study.id}: ${study.name}, ${how}`,
    table(['run', 'name', 'training', 'I-AUROC', 'P-AUROC', 'AU-PRO'], rows),
    ...(place ? [tasksText(studio, id)] : []),
  ].join('\n')
}

/** Works on a study's open jobs and shows it. */
async function workOn(studio: Studio, id: StudyId, output: Output): Promise<void> {
  const open = studio.queue.open().map((job) => job.id)
  const own = new Set(studio.studies.jobs(id).map((job) => job.id))
  const ids = open.filter((job) => own.has(job))
  await workAndReport(studio, ids, output, () => ({
    data: dataOf(studio, id),
    text: studyText(studio, id),
  }))
}

function defaultName(categories: readonly string[], names: readonly string[]): string {
  const of = categories.length === 1 ? (categories[0] ?? '') : `${categories.length} categories`
  return `${of}, ${names.join(' and ')}`
}

const start: Command = {
  name: 'study start',
  usage:
    '--dataset NAME|ID [--categories A,B] [--presets A,B] [--seeds 1,2,5-8] [--set KEY=VALUE]… [--name TEXT] [--no-work] [--place NAME [--dry-run] [--follow]]',
  summary: 'Queues a run of each category × preset × seed and works through them.',
  details:
    'All categories are taken where none is named. `matching` is the published preset of each category\n' +
    '(the default). --set changes a setting of every run. --no-work only queues; a window or\n' +
    '`ddad study resume ID` goes on.\n' +
    '--place sends it to a cluster of `ddad places` instead, as one Slurm array; --dry-run shows the script and sends\n' +
    'nothing, --follow waits for the results. --probe measures on this machine and asks for twice that time.\n' +
    submissionHelp,
  options: {
    dataset: { type: 'string' },
    categories: { type: 'string' },
    presets: { type: 'string' },
    seeds: { type: 'string' },
    set: { type: 'string', multiple: true },
    name: { type: 'string' },
    'no-work': { type: 'boolean' },
    place: { type: 'string' },
    'dry-run': { type: 'boolean' },
    follow: { type: 'boolean' },
    probe: { type: 'boolean' },
    ...submissionOptions,
  },
  run: async (context) => {
    const { values, output, studio } = context
    const reference = values.required('dataset')
    const { datasets, studies } = studio()
    const dataset = datasets.find(reference)
    const categories = words(values.text('categories') ?? '')
    const names = words(values.text('presets') ?? MATCHING)
    const unknown = names.find((name) => name !== MATCHING && !presets[name])
    if (unknown !== undefined) throw new UsageError(`There is no preset ${unknown}.`)
    const seeds = parseSeeds(values.text('seeds') ?? '')
    if (!seeds)
      throw new UsageError('--seeds takes whole numbers and ranges, for instance 1,2,5-8.')
    const chosen = categories.length > 0 ? categories : dataset.categories.map(({ name }) => name)
    const runs = planStudy({
      layout: dataset.layout,
      categories: chosen,
      presets: names,
      seeds,
      change: (config) => withSettings(config, values.list('set')),
    })
    const name = values.text('name') ?? defaultName(chosen, names)
    if (values.text('place') !== undefined) {
      await sendToPlace(context, { name, datasetId: dataset.id, runs })
      return
    }
    const study = studies.start({ name, datasetId: dataset.id, runs, evaluate: true })
    if (values.flag('no-work')) {
      output.result(dataOf(studio(), study.id), studyText(studio(), study.id))
    } else {
      await workOn(studio(), study.id, output)
    }
  },
}

async function sendToPlace(
  context: CommandContext,
  { name, datasetId, runs }: Pick<SendRequest, 'name' | 'datasetId' | 'runs'>,
): Promise<void> {
  const { values, output, studio } = context
  const { places, sendStudy, estimates } = studio()
  const place = places.find(values.required('place'))
  let { submission: base } = place.settings
  const [first] = runs
  if (values.flag('probe') && first) {
    const estimate = await estimates.probe(datasetId, first.category, first.config)
    base = { ...base, ...askedFor(estimate) }
  }
  const submission = submissionFrom(values, base)
  const request = { name, datasetId, runs, placeId: place.id, submission }
  const shown = sendStudy.preview(request)
  if (values.flag('dry-run')) {
    output.result(shown, `${shown.script}\nThe nodes read the data set from ${shown.data}.`)
    return
  }
  const { id } = await sendStudy.send(request)
  if (values.flag('follow')) await followStudy(context, id, false)
  output.result(dataOf(studio(), id), studyText(studio(), id))
}

const summary = ({ id, name, datasetName, runs, jobs, place }: Study) => [
  String(id),
  name,
  datasetName,
  String(runs),
  place?.name ?? 'this machine',
  place ? `${place.tasks.imported}/${place.tasks.all}` : `${jobs.finished}/${jobs.all}`,
  String(place ? place.tasks.ended : jobs.failed),
]

export const studyCommands: readonly Command[] = [
  start,
  {
    name: 'study list',
    usage: '',
    summary: 'Lists the studies of the workspace, newest first.',
    options: {},
    run: async ({ output, studio }) => {
      const studies = studio().studies.list()
      const header = ['id', 'study', 'data set', 'runs', 'place', 'done', 'failed']
      const rows = studies.map(summary)
      output.result(studies, rows.length === 0 ? 'There are no studies yet.' : table(header, rows))
    },
  },
  {
    name: 'study show',
    usage: 'ID',
    summary: 'Shows a study with its runs and their figures.',
    options: {},
    run: async (context) => {
      const id = studyId(context)
      const studio = context.studio()
      context.output.result(dataOf(studio, id), studyText(studio, id))
    },
  },
  {
    name: 'study resume',
    usage: 'ID',
    summary: 'Goes on with what of a study waits, was stopped or has failed.',
    details:
      'At a place it releases what is held and sends what ended early again; `ddad study follow` waits for it.',
    options: {},
    run: async (context) => {
      const id = studyId(context)
      const studio = context.studio()
      if (studio.studies.get(id).place) {
        await studio.sendStudy.resume(id)
        showSent(context, id)
        return
      }
      studio.studies.resume(id)
      await workOn(studio, id, context.output)
    },
  },
  {
    name: 'study stop',
    usage: 'ID',
    summary: 'Stops everything of a study that is not over, with its work kept.',
    details: 'At a place it cancels what waits or runs; what was saved there is kept for resume.',
    options: {},
    run: async (context) => {
      const id = studyId(context)
      const studio = context.studio()
      if (studio.studies.get(id).place) {
        await studio.sendStudy.stop(id)
        await studio.followPlaces.look(id)
        showSent(context, id)
        return
      }
      studio.studies.stop(id)
      context.output.result(dataOf(studio, id), studyText(studio, id))
    },
  },
  ...sentStudyCommands,
]
