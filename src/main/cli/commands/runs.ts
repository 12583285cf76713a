import type { RunId } from '../../../shared/core/ids.ts'
import type { Command, CommandContext } from '../command.ts'
import { figure, table } from '../output.ts'
import { evaluationText, runText } from '../run-text.ts'
import { toId } from '../values.ts'
import { workAndReport } from './work.ts'

const runId = ({ values }: CommandContext) =>
  toId(values.positional("The run's id"), 'The run') as RunId

export const runsList: Command = {
  name: 'runs list',
  usage: '',
  summary: 'Lists the runs of the workspace, newest first.',
  options: {},
  run: async ({ output, studio }) => {
    const runs = studio().runs.list()
    const rows = runs.map(({ id, datasetName, name, state, step, totalSteps, headline }) => [
      String(id),
      datasetName,
      name,
      state,
      `${step}/${totalSteps}`,
      figure(headline?.imageAuroc ?? null),
      figure(headline?.pixelAuroc ?? null),
      figure(headline?.auPro ?? null),
    ])
    const header = ['id', 'data set', 'run', 'state', 'steps', 'I-AUROC', 'P-AUROC', 'AU-PRO']
    output.result(runs, rows.length === 0 ? 'There are no runs yet.' : table(header, rows))
  },
}

export const runsShow: Command = {
  name: 'runs show',
  usage: 'ID',
  summary: 'Shows a run with its jobs, checkpoints and evaluations.',
  options: {},
  run: async (context) => {
    const id = runId(context)
    const { runs, evaluations } = context.studio()
    const data = {
      run: runs.get(id),
      jobs: runs.jobs(id),
      checkpoints: runs.checkpoints(id),
      evaluations: evaluations.list(id),
    }
    const text = [runText(data.run, data.jobs), ...data.evaluations.map(evaluationText)].join(
      '\n\n',
    )
    context.output.result(data, text)
  },
}

export const runsResume: Command = {
  name: 'runs resume',
  usage: 'ID',
  summary: 'Goes on with a stopped or failed run, or evaluates a trained one.',
  options: {},
  run: async (context) => {
    const id = runId(context)
    const studio = context.studio()
    studio.runs.resume(id)
    const open = studio.runs.jobs(id).filter(({ state }) => state === 'queued')
    const ids = open.map((job) => job.id)
    await workAndReport(studio, ids, context.output, (jobs) => {
      const data = { run: studio.runs.get(id), jobs }
      return { data, text: runText(data.run, jobs) }
    })
  },
}

export const runsRemove: Command = {
  name: 'runs remove',
  usage: 'ID',
  summary: 'Removes a run with its checkpoints and results.',
  options: {},
  run: async (context) => {
    const id = runId(context)
    context.studio().runs.remove(id)
    context.output.result({ removed: id }, `Removed run ${id}.`)
  },
}
