import type { JobsChange } from '../../../../../shared/ipc/events.ts'
import type { Job } from '../../../../../shared/runs/run.ts'

/** The listed jobs after a change, in the order of the queue. */
export function mergeJobs(
  listed: readonly Job[],
  { changed, gone }: Pick<JobsChange, 'changed' | 'gone'>,
): readonly Job[] {
  const jobs = new Map(listed.map((job) => [job.id, job]))
  for (const id of gone) jobs.delete(id)
  for (const job of changed) jobs.set(job.id, job)
  return [...jobs.values()].toSorted((a, b) => a.position - b.position || a.id - b.id)
}
