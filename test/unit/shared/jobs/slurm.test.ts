import { describe, expect, it } from 'vitest'
import { judge, readQueue, type QueueRow } from '../../../../src/shared/jobs/slurm.ts'
import { readStatuses, thin, type TaskStatus } from '../../../../src/shared/jobs/task-files.ts'

const row = (change: Partial<QueueRow>): QueueRow => ({
  key: 'ddad-1',
  task: 0,
  slurmJob: 7,
  state: 'RUNNING',
  node: 'n1',
  reason: 'None',
  ...change,
})

const status = (change: Partial<TaskStatus>): TaskStatus => ({
  version: 1,
  key: 'ddad-1',
  task: 0,
  attempt: 1,
  slurmJob: 7,
  node: 'n1',
  state: 'running',
  phase: 'train',
  trained: [5, 10],
  done: 5,
  total: 10,
  secondsLeft: null,
  loss: [],
  error: null,
  log: [],
  result: null,
  at: 0,
  ...change,
})

describe('the queue', () => {
  it('keeps the newest job of each task and leaves out what is no task', () => {
    const rows = readQueue([
      'ddad-1|0|7|FAILED|n1|NonZeroExitCode',
      'ddad-1|0|9|PENDING||Resources',
      'ddad-1|1|8|RUNNING|n2|None',
      'ddad-1|2-5%2|6|PENDING||Priority',
      'slurm_load_jobs error: nothing',
    ])
    expect([...rows.keys()]).toEqual(['ddad-1/0', 'ddad-1/1'])
    expect(rows.get('ddad-1/0')).toMatchObject({
      slurmJob: 9,
      state: 'PENDING',
      reason: 'Resources',
    })
  })

  it('keeps a reason that has a bar in it', () => {
    expect(readQueue(['k|0|1|PENDING||a|b']).get('k/0')?.reason).toBe('a|b')
  })
})

describe('what became of a task', () => {
  const result = { file: '0.ddadrun', bytes: 1, sha256: 'a'.repeat(64) }

  it('is what its result says, whatever the queue does', () => {
    const finished = status({ state: 'finished', result })
    for (const state of ['COMPLETING', 'COMPLETED', 'NODE_FAIL'])
      expect(judge(row({ state }), finished)).toMatchObject({ state: 'finished', error: null })
    expect(judge(undefined, finished).state).toBe('finished')
  })

  it.each([
    ['PENDING', 'Priority', 'queued'],
    ['CONFIGURING', 'None', 'queued'],
    ['PREEMPTED', 'None', 'queued'],
    ['SUSPENDED', 'None', 'queued'],
    ['PENDING', 'JobHeldUser', 'paused'],
    ['PENDING', 'job requeued in held state', 'paused'],
    ['RUNNING', 'None', 'running'],
    ['COMPLETING', 'None', 'running'],
    ['NODE_FAIL', 'None', 'failed'],
    ['TIMEOUT', 'TimeLimit', 'failed'],
    ['OUT_OF_MEMORY', 'None', 'failed'],
    ['CANCELLED', 'None', 'cancelled'],
  ])('%s (%s) is %s, and each end says what to do', (state, reason, expected) => {
    const verdict = judge(row({ state, reason }), status({}))
    expect(verdict).toMatchObject({ state: expected, unsure: false })
    if (!['queued', 'running'].includes(expected)) expect(verdict.error).toMatch(/retry|release/)
    else expect(verdict.error).toBeNull()
  })

  it('is its own error where it told one, but not that of an earlier job', () => {
    const failed = status({ state: 'failed', error: 'The disk is full.' })
    expect(judge(row({ state: 'FAILED' }), failed).error).toBe('The disk is full.')
    expect(judge(undefined, failed)).toMatchObject({ state: 'failed', unsure: false })
    expect(judge(row({ state: 'RUNNING' }), failed).state).toBe('running')
    const later = judge(row({ state: 'COMPLETED', slurmJob: 9 }), failed)
    expect(later).toMatchObject({ state: 'failed', unsure: true })
  })

  it('is unsure while nothing tells, so that a slow disk may still bring it', () => {
    expect(judge(undefined, status({}))).toMatchObject({ state: 'failed', unsure: true })
    expect(judge(row({ state: 'COMPLETED' }), undefined)).toMatchObject({ unsure: true })
    expect(judge(row({ state: 'FAILED' }), undefined).error).toContain('FAILED')
  })
})

it('counts status files that are not whole', () => {
  const text = JSON.stringify(status({}))
  const { statuses, unreadable } = readStatuses([
    text,
    text.slice(0, 40),
    JSON.stringify({ ...status({}), version: 2 }),
    '',
  ])
  expect(statuses).toEqual([status({})])
  expect(unreadable).toBe(3)
})

it('thins a curve to its ends and what is between', () => {
  const points = Array.from({ length: 1001 }, (_, index) => index)
  const thinned = thin(points, 5)
  expect(thinned).toEqual([0, 250, 500, 750, 1000])
  expect(thin([1, 2], 5)).toEqual([1, 2])
})
