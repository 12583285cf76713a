import type { JobId } from '../../shared/domain/ids.ts'
import type { Job } from '../../shared/domain/run.ts'
import type { Studio } from './studio.ts'

const POLL_MS = 1000

/** A job without how far it is, to tell a change of the queue from progress. */
const withoutProgress = ({ progress: _, ...job }: Job): string => JSON.stringify(job)

/**
 * Tells listeners what another process, the command line for instance, has changed in the workspace.
 * Progress of its job is told as that, with the new points of the curve, so that nothing is read again whole.
 */
export function watchOthers(studio: Studio): () => void {
  const { dataVersion, facts, queue, runs } = studio
  let known = dataVersion()
  let stamp = runs.stamp()
  let jobs = new Map(queue.list().map((job) => [job.id, job]))

  function tellProgress(job: Job, since: number): void {
    const { id: jobId, runId, progress } = job
    if (progress) facts.tell('job.progress', { jobId, progress })
    if (runId === null || job.kind !== 'train') return
    const points = runs.metricsSince(runId, 'loss', since)
    if (points.length > 0) facts.tell('run.metrics', { runId, points })
  }

  function look(): void {
    const version = dataVersion()
    if (version === known) return
    known = version
    facts.tell('datasets.changed', null)
    const now = new Map<JobId, Job>(queue.list().map((job) => [job.id, job]))
    const changed = [...now.values()].filter((job) => {
      const before = jobs.get(job.id)
      return !before || withoutProgress(before) !== withoutProgress(job)
    })
    if (changed.length > 0 || now.size !== jobs.size) {
      facts.tell('jobs.changed', { jobs: [...now.values()], paused: queue.paused() })
    }
    for (const job of now.values()) {
      const before = jobs.get(job.id)
      if (job.state !== 'running' || !before) continue
      if (JSON.stringify(before.progress) === JSON.stringify(job.progress)) continue
      tellProgress(job, before.progress?.done ?? 0)
    }
    jobs = now
    const stamped = runs.stamp()
    if (stamped !== stamp) facts.tell('runs.changed', { runId: null })
    else for (const { runId } of changed) facts.tell('runs.changed', { runId })
    stamp = stamped
  }

  const timer = setInterval(look, POLL_MS)
  return () => clearInterval(timer)
}
