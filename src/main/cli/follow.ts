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
  const stopListening = facts.listen((...[name, payload]) => {
    if (name === 'job.progress') {
      const { jobId, progress } = payload as {
        jobId: JobId
        progress: NonNullable<Job['progress']>
      }
      output.progress(titles.get(jobId) ?? `Job ${jobId}`, progress)
    } else if (name === 'engine.log') {
      output.say((payload as { text: string }).text)
    } else if (name === 'jobs.changed') {
      for (const job of (payload as { jobs: readonly Job[] }).jobs) {
        titles.set(job.id, job.title)
        if (!ids.includes(job.id) || states.get(job.id) === job.state) continue
        states.set(job.id, job.state)
        if (job.state !== 'queued') output.say(describe(job))
      }
    }
  })
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
    stopListening()
    output.clear()
  }
}

function describe({ title, state, error }: Job): string {
  return error === null ? `${title}: ${state}` : `${title}: ${state}. ${error}`
}
