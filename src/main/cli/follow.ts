/** Working through jobs on the command line, with progress and Ctrl-C. */
import type { JobId } from '../../shared/core/ids.ts'
import { describeError } from '../../shared/errors.ts'
import type { Job } from '../../shared/runs/run.ts'
import type { Studio } from '../services/studio.ts'
import { ensureEngineFiles } from './engine-files.ts'
import type { Output } from './output.ts'
import { canDiscard, onSignals } from './signals.ts'

/**
 * Runs the jobs to their end and tells how far they are; see {@link onSignals} for what ends them before.
 * Returns the jobs as they are then.
 */
export async function workThrough(
  studio: Studio,
  ids: readonly JobId[],
  output: Output,
): Promise<readonly Job[]> {
  const { queue, facts } = studio
  await ensureEngineFiles(studio, output)
  const titles = new Map<JobId, string>()
  const states = new Map<JobId, string>()
  const endings = [
    facts.on('job.progress', ({ jobId, progress }) =>
      output.progress(titles.get(jobId) ?? `Job ${jobId}`, progress),
    ),
    facts.on('engine.log', ({ text }) => output.say(text)),
    facts.on('jobs.changed', ({ changed }) => {
      for (const job of changed) {
        titles.set(job.id, job.title)
        if (!ids.includes(job.id) || states.get(job.id) === job.state) continue
        states.set(job.id, job.state)
        if (job.state !== 'queued') output.say(describe(job))
      }
    }),
  ]
  const end = (say: string, each: (id: JobId) => void) => {
    output.say(say)
    for (const id of ids.toReversed()) {
      try {
        each(id)
      } catch (error) {
        // A busy database: the process stays, and so does the work; the signal can be repeated.
        output.say(describeError(error).message)
      }
    }
  }
  const again = canDiscard() ? ' (Ctrl-C again discards it)' : ''
  const endListening = onSignals({
    stop: () => end(`Stopping; the work is kept${again} …`, queue.stop),
    discard: () => end('Discarding …', queue.cancel),
  })
  try {
    return await queue.drain(ids)
  } finally {
    endListening()
    for (const ending of endings) ending()
    output.clear()
  }
}

function describe({ title, state, error }: Job): string {
  return error === null ? `${title}: ${state}` : `${title}: ${state}. ${error}`
}
