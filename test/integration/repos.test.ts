import { describe, expect, it } from 'vitest'
import type { ImageId, JobId } from '../../src/shared/core/ids.ts'
import { addDataset, addRun, temporaryStore } from './support.ts'

describe('images', () => {
  it('tells the mask in force', () => {
    const store = temporaryStore()
    const id = addDataset(store, '/data')
    const [masked, unmasked] = store.images.ofCategory(id, 'bottle')
    expect(masked).toMatchObject({ maskStatus: 'original' })
    expect(unmasked).toMatchObject({ maskStatus: 'missing', maskVersionId: null })
    const corrected = store.maskVersions.insert({
      imageId: masked?.id as ImageId,
      version: 1,
      parentId: masked?.maskVersionId ?? null,
      author: 'ada',
      reason: 'edge',
      createdAt: 2,
      file: '1.png',
      sha256: 'h',
    })
    expect(store.images.get(masked?.id as ImageId)).toMatchObject({
      maskStatus: 'corrected',
      maskVersionId: corrected,
    })
  })
})

it('keeps the images of runs that saw the same once, and forgets what no run names', () => {
  const store = temporaryStore()
  const datasetId = addDataset(store, '/data')
  const [first, second, third] = [1, 2, 3].map(() => addRun(store, datasetId))
  const image = { path: 'a.png', split: 'train', defectType: 'good', sha256: 'a' } as const
  store.runImageLists.put(first!, [image])
  store.runImageLists.put(second!, [image])
  store.runImageLists.put(third!, [{ ...image, sha256: 'b' }])
  expect(store.runImageLists.ofRun(second!)).toEqual([image])
  expect(store.runImageLists.count()).toBe(2)
  store.runs.remove(first!)
  store.runs.remove(third!)
  store.runImageLists.prune()
  expect(store.runImageLists.count()).toBe(1)
  expect(store.runImageLists.ofRun(second!)).toEqual([image])
  expect(store.runImageLists.ofRun(addRun(store, datasetId))).toBeNull()
})

describe('learning curves', () => {
  it('replaces a step that is computed again and keeps NaN apart from missing', () => {
    const store = temporaryStore()
    const runId = addRun(store, addDataset(store, '/data'))
    const put = (step: number, value: number) =>
      store.transaction(() => store.metricPoints.put(runId, [{ step, name: 'loss', value }]))
    put(1, 0.5)
    put(2, NaN)
    put(1, 0.25)
    expect(store.metricPoints.list(runId, 'loss', 100)).toEqual([
      { step: 1, name: 'loss', value: 0.25 },
      { step: 2, name: 'loss', value: NaN },
    ])
  })

  it.each([1, 2, 7, 1000])('thins to at most the limit, keeping the last point (%i)', (stride) => {
    const store = temporaryStore()
    const runId = addRun(store, addDataset(store, '/data'))
    const points = Array.from({ length: 1003 }, (_, index) => ({
      step: 5 + index * stride,
      name: 'loss',
      value: index,
    }))
    store.transaction(() => store.metricPoints.put(runId, points))
    const thinned = store.metricPoints.list(runId, 'loss', 100)
    expect(thinned.length).toBeLessThanOrEqual(100)
    expect(thinned.length).toBeGreaterThan(45)
    expect(thinned.at(-1)).toEqual(points.at(-1))
    for (const { step, value } of thinned) expect(step).toBe(5 + value * stride)
  })
})

describe('a run', () => {
  it('shows its training, its newest loss and its newest finished evaluation', () => {
    const store = temporaryStore()
    const datasetId = addDataset(store, '/data')
    const runId = addRun(store, datasetId)
    expect(store.runs.get(runId)).toMatchObject({ state: 'queued', step: 0, headline: null })
    const jobId = store.jobs.insert({
      kind: 'train',
      runId,
      evaluationId: null,
      afterId: null,
      title: 't',
      createdAt: 1,
    })
    store.jobs.setProgress(jobId, { done: 3, total: 9, secondsPerStep: 1, secondsLeft: 6 })
    store.transaction(() =>
      store.metricPoints.put(runId, [
        { step: 2, name: 'loss', value: 0.4 },
        { step: 3, name: 'loss', value: 0.3 },
        { step: 4, name: 'learningRate', value: 1 },
      ]),
    )
    const config = store.runs.get(runId)!.config
    const evaluate = (createdAt: number) =>
      store.evaluations.insert({
        runId,
        datasetId,
        category: 'bottle',
        settings: { reconstruction: config.reconstruction, scoring: config.scoring },
        createdAt,
      })
    const [first, second] = [evaluate(1), evaluate(2)]
    const finish = (id: typeof first, value: number, at: number) =>
      store.transaction(() =>
        store.evaluations.finish(
          id,
          [
            { defectType: null, name: 'imageAuroc', value },
            { defectType: 'broken', name: 'imageAuroc', value: 0 },
            { defectType: null, name: 'pixelAuroc', value: null },
          ],
          0.5,
          at,
        ),
      )
    finish(second, 0.9, 10)
    finish(first, 0.8, 20)
    evaluate(30)
    expect(store.runs.get(runId)).toMatchObject({
      state: 'queued',
      step: 3,
      totalSteps: 9,
      lastLoss: 0.3,
      // The newest is the one that was asked for last, whatever the clock says of their ends.
      headline: { evaluationId: second, imageAuroc: 0.9, pixelAuroc: null, auPro: null },
    })
    expect(store.evaluations.latest(datasetId).map(({ id }) => id)).toEqual([second])
  })
})

describe('jobs', () => {
  const owner = { pid: 1, token: 't' }
  function chain() {
    const store = temporaryStore()
    const runId = addRun(store, addDataset(store, '/data'))
    const add = (afterId: JobId | null) =>
      store.jobs.insert({
        kind: 'train',
        runId,
        evaluationId: null,
        afterId,
        title: 't',
        createdAt: 1,
      })
    const first = add(null)
    const second = add(first)
    const third = add(second)
    const states = () => [first, second, third].map((id) => store.jobs.get(id)?.state)
    const claim = (only: readonly JobId[] | null = null) =>
      store.transaction(() => store.jobs.claim(owner, 5, { lane: 'device', card: 0 }, only))?.id ??
      null
    return { store, first, second, third, states, claim }
  }

  it('run one at a time, each after its predecessor has finished', () => {
    const { store, first, second, third, claim } = chain()
    expect(claim([second, third])).toBeNull()
    expect(claim()).toBe(first)
    expect(claim()).toBeNull()
    store.jobs.settle(first, { state: 'finished', error: null }, 6)
    expect(claim()).toBe(second)
    store.jobs.settle(second, { state: 'finished', error: null }, 7)
    expect(claim()).toBe(third)
  })

  it.each([
    ['stopped', 'paused'],
    ['failed', 'paused'],
    ['cancelled', 'cancelled'],
  ] as const)('that are %s leave their followers %s, and go on together', (state, followers) => {
    const { store, first, states, claim } = chain()
    claim()
    store.jobs.settle(first, { state, error: state === 'failed' ? 'why' : null }, 6)
    expect(states()).toEqual([state, followers, followers])
    expect(claim()).toBeNull()
    store.jobs.requeue(first)
    expect(states()).toEqual(['queued', 'queued', 'queued'])
    expect(store.jobs.get(first)?.error).toBeNull()
    expect(claim()).toBe(first)
  })

  it('hear from another process how they should end', () => {
    const { store, first, claim } = chain()
    claim()
    expect(store.jobs.heartbeat(first, 6)).toBeNull()
    const wanted = { mode: 'stop', rest: 'paused' } as const
    store.jobs.want(first, wanted)
    expect(store.jobs.heartbeat(first, 7)).toEqual(wanted)
    expect(store.jobs.running()).toEqual([
      { id: first, kind: 'train', owner, heartbeatAt: 7, wanted },
    ])
  })

  it('are moved with those that wait for them, and new ones come last', () => {
    const { store, first, second, third } = chain()
    const add = () =>
      store.jobs.insert({
        kind: 'train',
        runId: addRun(store, addDataset(store, '/other', `Other ${Math.random()}`)),
        evaluationId: null,
        afterId: null,
        title: 't',
        createdAt: 1,
      })
    const alone = add()
    const order = () => store.jobs.list().map(({ id }) => id)
    store.jobs.move(alone, first)
    expect(order()).toEqual([alone, first, second, third])
    store.jobs.move(first, alone)
    expect(order()).toEqual([first, second, third, alone])
    store.jobs.move(first, null)
    expect(order()).toEqual([alone, first, second, third])
    expect(order().at(-1)).toBe(third)
    expect([...order(), add()]).toEqual(order())
  })

  it('that users hold stay held when what they wait for goes on', () => {
    const { store, first, second, third, states, claim } = chain()
    store.jobs.hold(second)
    claim()
    store.jobs.settle(first, { state: 'stopped', error: null }, 6)
    store.jobs.requeue(first)
    expect(states()).toEqual(['queued', 'paused', 'queued'])
    store.jobs.requeue(second)
    expect(states()).toEqual(['queued', 'queued', 'queued'])
    expect(store.jobs.get(third)?.position).toBe(third)
  })

  it('go on by themselves after an interruption and count how often in vain', () => {
    const { store, first, states, claim } = chain()
    for (const attempts of [0, 1, 2]) {
      claim()
      const ending = { state: 'stopped', error: null, interruption: 'crash' } as const
      store.jobs.settle(first, ending, 6)
      expect(states()).toEqual(['stopped', 'paused', 'paused'])
      expect(store.jobs.interrupted().map((each) => each.attempts)).toEqual([attempts])
      store.jobs.goOn(first, true)
      expect(states()).toEqual(['queued', 'queued', 'queued'])
    }
    expect(store.jobs.get(first)).toMatchObject({ continued: 3, interruption: 'crash' })
    store.jobs.saved(first)
    claim()
    store.jobs.settle(first, { state: 'stopped', error: null, interruption: 'crash' }, 9)
    expect(store.jobs.interrupted()[0]?.attempts).toBe(0)
  })
})
