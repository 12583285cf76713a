/** What can be asked of studies that run at a place. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { StudyId } from '../../../shared/core/ids.ts'
import { taskActs, type Task, type TaskAct } from '../../../shared/jobs/place.ts'
import { parseSeeds } from '../../../shared/runs/study.ts'
import type { Studio } from '../../services/studio.ts'
import { Unsuccessful, UsageError, type Command, type CommandContext } from '../command.ts'
import { onSignals } from '../signals.ts'
import { duration, table } from '../output.ts'
import { toId } from '../values.ts'

const LOOK_SECONDS = 10

export const studyId = ({ values }: CommandContext): StudyId =>
  toId(values.positional("The study's id"), 'The study') as StudyId

/** Tasks as typed, `0,3-5`; null for all of them. */
function numbersOf({ values }: CommandContext): readonly number[] | null {
  const text = values.text('tasks')
  if (text === undefined) return null
  const numbers = parseSeeds(text)
  if (numbers && numbers.length > 0) return numbers
  throw new UsageError('--tasks takes numbers and ranges, for instance 0,3-5.')
}

const isOpen = ({ state, importedAt }: Task) =>
  importedAt === null && ['queued', 'running', 'paused', 'finished'].includes(state)

/** The tasks of a study at a place; empty for one of this machine. */
export function tasksText({ sendStudy, runs }: Studio, id: StudyId): string {
  const sent = sendStudy.sent(id)
  if (!sent) return ''
  const rows = sendStudy
    .tasks(id)
    .map((task) => [
      String(task.number),
      runs.get(task.runId).name,
      task.importedAt === null ? task.state : 'imported',
      task.queue ?? '',
      task.node ?? '',
      task.phase && task.state === 'running' ? `${task.phase} ${task.done}/${task.total}` : '',
      task.secondsLeft === null ? '' : duration(task.secondsLeft),
      String(task.attempt),
    ])
  const errors = sendStudy
    .tasks(id)
    .flatMap(({ number, error }) => (error === null ? [] : [`Task ${number}: ${error}`]))
  const header = ['task', 'run', 'state', 'Slurm', 'node', 'does', 'left', 'attempt']
  return [`At ${sent.place.name} in ${sent.folder}`, table(header, rows), ...errors].join('\n')
}

/** Looks at a place until no task is open any more, telling what changes. */
export async function followStudy(
  context: CommandContext,
  id: StudyId,
  once: boolean,
): Promise<void> {
  const { output } = context
  const studio = context.studio()
  let stopped = false
  const aborted = new AbortController()
  const endListening = onSignals({
    stop: () => {
      stopped = true
      aborted.abort()
    },
    discard: () => {},
  })
  let before = ''
  try {
    for (;;) {
      const { problems, unsure } = await studio.followPlaces.look(id)
      for (const problem of problems) output.say(problem)
      const tasks = studio.sendStudy.tasks(id)
      const counts = Object.entries(
        Object.groupBy(tasks, ({ importedAt, state }) =>
          importedAt === null ? state : 'imported',
        ),
      )
        .map(([state, of]) => `${of?.length ?? 0} ${state}`)
        .join(', ')
      if (counts !== before) output.say(counts)
      before = counts
      if ((once && unsure === 0) || stopped || !tasks.some(isOpen)) return
      await sleep(LOOK_SECONDS * 1000, null, { signal: aborted.signal }).catch(() => null)
    }
  } finally {
    endListening()
  }
}

export function showSent(context: CommandContext, id: StudyId): void {
  const studio = context.studio()
  const tasks = studio.sendStudy.tasks(id)
  context.output.result({ study: studio.studies.get(id), tasks }, tasksText(studio, id))
}

const summaries: Readonly<Record<TaskAct, string>> = {
  cancel:
    'Cancels tasks of a study at a place; what they saved is kept, and retry goes on from it.',
  hold: 'Keeps waiting tasks of a study at a place from beginning.',
  release: 'Lets held tasks of a study at a place go on.',
  requeue:
    'Puts running tasks of a study at a place back into the queue; they go on from their last checkpoint.',
}

export const sentStudyCommands: readonly Command[] = [
  {
    name: 'study follow',
    usage: 'ID [--once]',
    summary:
      'Looks at a study at a place every ten seconds and brings its results in, until it is over.',
    details:
      'Ending it changes nothing there: it, or the window, catches up later. --once looks once, or twice where a task is missing from the queue without a word.',
    options: { once: { type: 'boolean' } },
    run: async (context) => {
      const id = studyId(context)
      await followStudy(context, id, context.values.flag('once'))
      showSent(context, id)
      const tasks = context.studio().sendStudy.tasks(id)
      const failed = tasks.some(({ state }) => ['failed', 'cancelled', 'stopped'].includes(state))
      if (failed) throw new Unsuccessful()
    },
  },
  ...taskActs.map((act): Command => ({
    name: `study ${act}`,
    usage: 'ID [--tasks 0,3-5]',
    summary: summaries[act],
    options: { tasks: { type: 'string' } },
    run: async (context) => {
      const id = studyId(context)
      await context.studio().sendStudy.act(id, act, numbersOf(context))
      await context.studio().followPlaces.look(id)
      showSent(context, id)
    },
  })),
  {
    name: 'study retry',
    usage: 'ID [--tasks 0,3-5]',
    summary:
      'Sends tasks of a study at a place again, alone, that failed, were stopped or cancelled.',
    options: { tasks: { type: 'string' } },
    run: async (context) => {
      const id = studyId(context)
      await context.studio().sendStudy.retry(id, numbersOf(context))
      showSent(context, id)
    },
  },
  {
    name: 'study extend',
    usage: 'ID (--minutes N [--tasks 0,3-5] | --limit N)',
    summary: 'Gives tasks at a place another time limit, or lets another number run at a time.',
    details:
      '--minutes is of one attempt; many sites let only operators raise it for a running task.',
    options: { minutes: { type: 'string' }, limit: { type: 'string' }, tasks: { type: 'string' } },
    run: async (context) => {
      const id = studyId(context)
      const { sendStudy } = context.studio()
      const [minutes, limit] = ['minutes', 'limit'].map((name) => context.values.number(name))
      if (minutes === undefined && limit === undefined)
        throw new UsageError('Name --minutes or --limit.')
      for (const value of [minutes, limit]) {
        if (value !== undefined && !(Number.isInteger(value) && value >= 0))
          throw new UsageError('--minutes and --limit take whole numbers.')
      }
      if (minutes !== undefined) await sendStudy.extend(id, numbersOf(context), minutes)
      if (limit !== undefined) await sendStudy.throttle(id, limit)
      showSent(context, id)
    },
  },
  {
    name: 'study script',
    usage: 'ID',
    summary: 'Shows the batch script that a study was sent to its place with.',
    options: {},
    run: async (context) => {
      const id = studyId(context)
      const sent = context.studio().sendStudy.sent(id)
      if (!sent) throw new UsageError(`Study ${id} runs on this machine.`)
      context.output.result({ script: sent.script }, sent.script.trimEnd())
    },
  },
]
