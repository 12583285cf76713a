/** Working through jobs on the command line, with progress and Ctrl-C. */
import type { JobId } from '../../shared/core/ids.ts'
import type { Job } from '../../shared/runs/run.ts'
import type { Studio } from '../services/studio.ts'
import type { Output } from './output.ts'

/**
 * Runs the jobs to their end and tells how far they are. The first Ctrl-C stops and keeps the work,
 * the second discards it. Returns the jobs as they are then.
 */
export async function workThrough(
  { queue, facts }: Studio,
  ids: readonly JobId[],
  output: Output,
): Promise<readonly Job[]> {
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
  let interrupts = 0
  const interrupt = () => {
    interrupts += 1
    const keep = interrupts === 1
    output.say(keep ? 'Stopping; the work is kept (Ctrl-C again discards it) …' : 'Discarding …')
    for (const id of ids.toReversed()) {
      if (keep) queue.stop(id)
      else queue.cancel(id)
    }
  }
  process.on('SIGINT', interrupt)
  process.on('SIGTERM', interrupt)
  try {
    return await queue.drain(ids)
  } finally {
    process.off('SIGINT', interrupt)
    process.off('SIGTERM', interrupt)
    for (const end of endings) end()
    output.clear()
  }
}

function describe({ title, state, error }: Job): string {
  return error === null ? `${title}: ${state}` : `${title}: ${state}. ${error}`
}
