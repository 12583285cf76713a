import type { JobId } from '../../../shared/core/ids.ts'
import type { Job } from '../../../shared/runs/run.ts'
import type { Studio } from '../../services/studio.ts'
import { UsageError, type Command, type CommandContext } from '../command.ts'
import { jobsTable } from '../run-text.ts'
import { toId } from '../values.ts'
import { workAndReport } from './work.ts'

const jobId = ({ values }: CommandContext) =>
  toId(values.positional("The job's id"), 'The job') as JobId

function queueOf({ queue }: Studio) {
  return { paused: queue.paused(), jobs: queue.list() }
}

function queueText({ queue }: Studio, all: boolean): string {
  const over = ({ state }: Job) => state !== 'queued' && state !== 'running' && state !== 'paused'
  const jobs = queue.list().filter((job) => all || !over(job))
  const head = queue.paused() ? 'The queue is paused; `ddad jobs resume` goes on.\n' : ''
  return head + (jobs.length === 0 ? 'Nothing waits or runs.' : jobsTable(jobs))
}

/** A command that changes one job, or the whole queue where `whole` says how, and shows it then. */
function change(
  verb: string,
  summary: string,
  one: (studio: Studio, id: JobId) => void,
  whole?: (studio: Studio) => void,
): Command {
  return {
    name: `jobs ${verb}`,
    usage: whole ? '[ID]' : 'ID',
    summary,
    options: {},
    run: async (context) => {
      const studio = context.studio()
      if (whole && context.values.positionals.length === 0) {
        whole(studio)
        context.output.result(queueOf(studio), queueText(studio, false))
        return
      }
      const id = jobId(context)
      one(studio, id)
      const job = studio.queue.get(id)
      context.output.result({ job }, jobsTable([job]))
    },
  }
}

export const jobsCommands: readonly Command[] = [
  {
    name: 'jobs list',
    usage: '[--all]',
    summary:
      'Lists the jobs that wait or run, in the order of the queue; --all also those that are over.',
    options: { all: { type: 'boolean' } },
    run: async ({ values, output, studio }) =>
      output.result(queueOf(studio()), queueText(studio(), values.flag('all'))),
  },
  {
    name: 'jobs work',
    usage: '',
    summary: 'Works through the queue until nothing waits; goes on with what was interrupted.',
    options: {},
    run: async ({ output, studio }) => {
      const { queue } = studio()
      queue.goOn()
      const ids = queue.open().map(({ id }) => id)
      await workAndReport(studio(), ids, output, (jobs) => ({
        data: { jobs },
        text: jobs.length === 0 ? 'Nothing waits.' : jobsTable(jobs),
      }))
    },
  },
  change(
    'pause',
    'Saves a job’s work, frees the device and lets it wait; without an id the whole queue.',
    ({ queue }, id) => queue.pause(id),
    ({ queue }) => queue.setPaused(true),
  ),
  change(
    'resume',
    'Lets a paused job go on in its turn; without an id the whole queue.',
    ({ queue }, id) => queue.resume(id),
    ({ queue }) => queue.setPaused(false),
  ),
  change('stop', 'Ends a job early and keeps its work.', ({ queue }, id) => queue.stop(id)),
  change('cancel', 'Ends a job and discards its work.', ({ queue }, id) => queue.cancel(id)),
  change(
    'retry',
    'Puts a stopped, failed or cancelled job back into the queue; it goes on from its last checkpoint.',
    ({ queue }, id) => queue.resume(id),
  ),
  {
    name: 'jobs move',
    usage: 'ID (--before ID | --last)',
    summary: 'Moves a waiting job, with those that wait for it, within the queue.',
    options: { before: { type: 'string' }, last: { type: 'boolean' } },
    run: async (context) => {
      const { values, output, studio } = context
      if (values.flag('last') === (values.text('before') !== undefined)) {
        throw new UsageError('Either --before ID or --last is needed.')
      }
      const before = values.flag('last') ? null : (values.id('before') as JobId)
      studio().queue.move(jobId(context), before)
      output.result(queueOf(studio()), queueText(studio(), false))
    },
  },
]
