import type { EvaluationId, ImageResultId, JobId } from '../../../shared/core/ids.ts'
import type { Job } from '../../../shared/runs/run.ts'
import type { Studio } from '../studio.ts'

const POLL_MS = 1000

/** Calls back for what has another text than when it was last looked at, is new or is gone. */
function eachChanged<Id>(
  read: () => ReadonlyMap<Id, string>,
  tell: (id: Id, text: string | undefined) => void,
): () => void {
  let known = read()
  return () => {
    const before = known
    known = read()
    for (const id of new Set([...before.keys(), ...known.keys()])) {
      if (before.get(id) !== known.get(id)) tell(id, known.get(id))
    }
  }
}

/** As {@link eachChanged}, for one text about everything. */
const onceChanged = (read: () => string, tell: () => void): (() => void) =>
  eachChanged(() => new Map([[null, read()]]), tell)

/**
 * Tells listeners what another process, the command line for instance, has written to the workspace, with the facts
 * that this process tells of its own writing. Progress of its job is told as that, with the new points of the curve
 * and results of images, so that nothing is read again whole.
 *
 * @returns Looks once; it costs next to nothing as long as nothing was written.
 */
export function lookAtOthers(studio: Studio): () => void {
  const { changes, dataVersion, evaluations, facts, queue, runs } = studio
  let known = dataVersion()
  let marks = changes.marks()
  let jobs = new Map(queue.list().map((job) => [job.id, job]))
  let stamp = runs.stamp()
  let results: { readonly of: EvaluationId; readonly last: ImageResultId | 0 } | null = null

  const texts = [
    onceChanged(changes.datasets, () => facts.tell('datasets.changed', null)),
    onceChanged(changes.maps, () => facts.tell('maps.changed', { runId: null })),
    eachChanged(changes.operatingPoints, (runId) =>
      facts.tell('operatingPoints.changed', { runId }),
    ),
    eachChanged(changes.evaluations, (evaluationId) =>
      facts.tell('evaluations.changed', { evaluationId }),
    ),
  ]

  function tellProgress(job: Job, since: number): void {
    const { id: jobId, runId, progress } = job
    if (progress) facts.tell('job.progress', { jobId, progress })
    if (runId === null || job.kind !== 'train') return
    const points = runs.metricsSince(runId, 'loss', since)
    if (points.length > 0) facts.tell('run.metrics', { runId, points })
  }

  function tellResults(evaluationId: EvaluationId): void {
    let last = results?.of === evaluationId ? results.last : 0
    for (const id of changes.resultsSince(evaluationId, last)) {
      const result = evaluations.result(id)
      if (result) facts.tell('evaluation.result', { evaluationId, result })
      last = id
    }
    results = { of: evaluationId, last }
  }

  function lookAtJobs(): void {
    queue.tellChanges()
    const now = new Map<JobId, Job>(queue.list().map((job) => [job.id, job]))
    for (const job of now.values()) {
      const before = jobs.get(job.id)
      if (job.state !== 'running' || !before) continue
      if (JSON.stringify(before.progress) === JSON.stringify(job.progress)) continue
      tellProgress(job, before.progress?.done ?? 0)
      if (job.evaluationId !== null) tellResults(job.evaluationId)
    }
    jobs = now
    const stamped = runs.stamp()
    if (stamped !== stamp) facts.tell('runs.changed', { runId: null })
    stamp = stamped
  }

  return () => {
    const version = dataVersion()
    if (version === known) return
    known = version
    lookAtJobs()
    for (const look of texts) look()
    const since = marks
    marks = changes.marks()
    const imageIds = changes.reviewedSince(since)
    if (imageIds.length > 0) facts.tell('reviews.changed', { imageIds })
    for (const imageId of changes.correctedSince(since)) facts.tell('masks.changed', { imageId })
  }
}

/** Looks at what other processes write, once a second; the returned function ends that. */
export function watchOthers(studio: Studio): () => void {
  const look = lookAtOthers(studio)
  const timer = setInterval(() => {
    try {
      look()
    } catch (error) {
      // Told by a banner where it lasts; the next look is in a second.
      studio.health.suspect(error)
    }
  }, POLL_MS)
  return () => clearInterval(timer)
}
