import { expect, it } from 'vitest'
import { mergeJobs } from '../../../../../../src/renderer/src/areas/jobs/state/merge-jobs.ts'
import type { JobId } from '../../../../../../src/shared/core/ids.ts'
import type { Job } from '../../../../../../src/shared/runs/run.ts'

const job = (id: number, position: number, title = `Job ${id}`): Job => ({
  id: id as JobId,
  kind: 'train',
  state: 'queued',
  runId: null,
  evaluationId: null,
  title,
  progress: null,
  error: null,
  position,
  interruption: null,
  interruptedAt: null,
  continued: 0,
  createdAt: 0,
  startedAt: null,
  endedAt: null,
})

it('replaces, adds and removes jobs and keeps the order of the queue', () => {
  const listed = [job(1, 1), job(2, 2), job(3, 3)]
  const merged = mergeJobs(listed, {
    changed: [job(3, 1.5, 'Moved up'), job(4, 4)],
    gone: [1 as JobId],
  })
  expect(merged.map(({ id, title }) => [id, title])).toEqual([
    [3, 'Moved up'],
    [2, 'Job 2'],
    [4, 'Job 4'],
  ])
  expect(listed.map(({ id }) => id)).toEqual([1, 2, 3])
})
