import { describe, expect, it } from 'vitest'
import type { DatasetId, EvaluationId, ImageId, RunId } from '../../src/shared/core/ids.ts'
import type { ImageQuery } from '../../src/shared/ipc/routes/images.ts'
import { createImageLists } from '../../src/main/services/runs/image-lists.ts'
import { openWorkspace } from '../../src/main/services/core/workspace.ts'
import type { Store } from '../../src/main/db/store.ts'
import { addDataset, addRun, scannedImage, temporaryFolder } from './support.ts'
import { presets } from '../../src/shared/config/presets.ts'

function opened() {
  const workspace = openWorkspace(temporaryFolder())
  const { store } = workspace
  const datasetId = addDataset(store, '/data')
  const compared: EvaluationId[] = []
  const lists = createImageLists(workspace, async (id) => void compared.push(id))
  const query = (change: Partial<ImageQuery> = {}): ImageQuery => ({
    datasetId,
    filter: {},
    sort: 'name',
    descending: false,
    ...change,
  })
  const paths = async (change: Partial<ImageQuery>, offset = 0, limit = 100, fresh = true) => {
    const { images } = await lists.page(query(change), fresh, offset, limit)
    return images.map(({ path }) => path.replace('bottle/', '').replace('.png', ''))
  }
  return { store, datasetId, lists, query, paths, compared }
}

function evaluate(store: Store, datasetId: DatasetId, runId: RunId, scores: readonly number[]) {
  const { reconstruction, scoring } = presets.tiny
  const evaluationId = store.evaluations.insert({
    runId,
    datasetId,
    category: 'bottle',
    settings: { reconstruction, scoring },
    createdAt: 1,
  })
  const tested = store.images.ofCategory(datasetId, 'bottle').filter((i) => i.split === 'test')
  tested.forEach(({ id }, index) =>
    store.imageResults.putImported({
      evaluationId,
      imageId: id,
      maskVersionId: null,
      score: scores[index]!,
      startStep: 250,
      ratio: 1,
      milliseconds: 1,
      mapsFile: `${id}.npy`,
      mapsBytes: 1,
      mapsSha256: 'h',
      reconstructionFile: `${id}.png`,
      reconstructionBytes: 1,
      reconstructionSha256: 'h',
    }),
  )
  return evaluationId
}

describe('lists of images', () => {
  it('filter, count and page in one order', async () => {
    const { paths, lists, query } = opened()
    expect(await paths({ filter: { anomalous: true } })).toEqual(['test/broken/0', 'test/broken/1'])
    expect(await paths({ filter: { splits: [] } })).toEqual([])
    expect(await paths({ filter: { text: 'BROKEN/1' } })).toEqual(['test/broken/1'])
    expect(await paths({ filter: { text: '%' } })).toEqual([])
    expect(await paths({ filter: { maskStatuses: ['missing'] } })).toEqual(['test/broken/1'])
    expect(await paths({ filter: { maskStatuses: ['none'], splits: ['test'] } })).toEqual([
      'test/good/0',
      'test/good/1',
    ])
    const all = await paths({})
    expect(all).toHaveLength(7)
    expect([
      ...(await paths({}, 0, 3)),
      ...(await paths({}, 3, 3)),
      ...(await paths({}, 6)),
    ]).toEqual(all)
    expect(await paths({ descending: true })).toEqual(all.toReversed())
    expect((await lists.page(query(), false, 2, 1)).total).toBe(7)
  })

  it('keep their order while verdicts are given, until asked for afresh', async () => {
    const { paths, store, lists, query } = opened()
    const open = { filter: { verdicts: ['not-reviewed' as const], splits: ['test' as const] } }
    const before = await paths(open)
    const [first, second] = await lists.ids(query(open), 0, 2)
    store.transaction(() => store.reviews.add('c', [first!], { verdict: 'fine' }, 1))
    expect(await paths(open, 0, 100, false)).toEqual(before)
    expect(await lists.place(query(open), first!)).toEqual({
      total: 4,
      position: 0,
      previous: null,
      next: second,
    })
    expect(await paths(open)).toEqual(before.slice(1))
    expect((await lists.place(query(open), first!)).position).toBe(-1)
    expect(await paths({ filter: { verdicts: ['fine'] } })).toEqual(before.slice(0, 1))
  })

  it('filter by causes and corrected labels in force', async () => {
    const { paths, store, lists, query } = opened()
    const [first, second] = await lists.ids(query(), 0, 2)
    const add = (id: ImageId, patch: Parameters<typeof store.reviews.add>[2]) =>
      store.transaction(() => store.reviews.add('c', [id], patch, 1))
    add(first!, { causes: ['lighting', 'other'], label: 'anomalous' })
    add(second!, { causes: ['lighting'] })
    add(second!, { causes: [] })
    expect(await paths({ filter: { causes: ['lighting'] } })).toEqual(['test/broken/0'])
    expect(await paths({ filter: { labels: ['anomalous'] } })).toEqual(['test/broken/0'])
    expect(await paths({ filter: { labels: ['nominal'] } })).toEqual([])
  })

  it('count for each value what it would let through beside the rest of the filter', async () => {
    const { store, datasetId, lists, query } = opened()
    const [first, second] = await lists.ids(query(), 0, 2)
    const add = (id: ImageId, patch: Parameters<typeof store.reviews.add>[2]) =>
      store.transaction(() => store.reviews.add('c', [id], patch, 1))
    add(first!, { causes: ['lighting', 'other'], verdict: 'fine' })
    add(second!, { causes: ['lighting'], verdict: 'fine' })
    const counts = await lists.counts(query({ filter: { anomalous: true, splits: ['train'] } }))
    expect(counts.splits).toEqual({ test: 2 })
    expect(counts.verdicts).toEqual({})
    const tested = { splits: ['test' as const], causes: ['other' as const] }
    const beside = await lists.counts(query({ filter: tested }))
    expect(beside.splits).toEqual({ test: 1 })
    expect(beside.causes).toEqual({ lighting: 2, other: 1 })
    const everything = await lists.counts(query())
    for (const [key, values] of Object.entries(everything))
      for (const [value, count] of Object.entries(values)) {
        const { total } = await lists.page(query({ filter: { [key]: [value] } }), true, 0, 1)
        expect(count, `${key} ${value}`).toBe(total)
      }
    const runId = addRun(store, datasetId)
    const evaluationId = evaluate(store, datasetId, runId, [0.9, 0.1, 0.35, 0.2])
    const scored = { evaluationId, filter: { minScore: 0.3 } }
    expect((await lists.counts(query(scored))).defectTypes).toEqual({ broken: 1, good: 1 })
    await expect(lists.counts(query({ sort: 'score' }))).rejects.toThrow('Choose an evaluation')
  })

  it('sort by score, by its change and by the overlap, leaving out what has none', async () => {
    const { paths, store, datasetId, compared, lists, query } = opened()
    const runId = addRun(store, datasetId)
    const baselineId = evaluate(store, datasetId, runId, [0.1, 0.2, 0.3, 0.4])
    const evaluationId = evaluate(store, datasetId, runId, [0.9, 0.1, 0.35, 0.2])
    const named = ['test/broken/0', 'test/broken/1', 'test/good/0', 'test/good/1']
    const order = (indices: readonly number[]) => indices.map((index) => named[index])
    const by = { evaluationId, baselineId, descending: true }
    expect(await paths({ ...by, sort: 'score' })).toEqual(order([0, 2, 3, 1]))
    expect(await paths({ ...by, sort: 'score-change' })).toEqual(order([0, 2, 1, 3]))
    const filter = { minScore: 0.2, maxScore: 0.5 }
    expect(await paths({ ...by, filter, descending: false })).toEqual(order([2, 3]))
    expect(compared).toEqual([])
    const overlaps = [0.2, null, 0.9, 0.2]
    const stale = store.imageOverlaps.stale(evaluationId, 0.5).toSorted((a, b) => a.id - b.id)
    stale.forEach((one, index) =>
      store.imageOverlaps.put(one, 0.5, {
        area: index / 10,
        disagreement: overlaps[index]!,
        difference: index / 10,
      }),
    )
    expect(store.imageOverlaps.stale(evaluationId, 0.5)).toEqual([])
    expect(store.imageOverlaps.stale(evaluationId, 0.6)).toHaveLength(4)
    expect(await paths({ ...by, sort: 'surprise' })).toEqual(order([2, 3, 0, 1]))
    expect(await paths({ ...by, sort: 'anomaly-area' })).toEqual(order([3, 2, 1, 0]))
    expect(compared).toEqual([evaluationId, evaluationId])
    const { images } = await lists.page(query({ ...by, sort: 'surprise' }), false, 0, 1)
    expect(images).toMatchObject([
      { score: 0.35, baselineScore: 0.3, anomalyArea: 0.2, disagreement: 0.9 },
    ])
    await expect(paths({ sort: 'score' })).rejects.toThrow('Choose an evaluation')
    await expect(paths({ sort: 'score-change', evaluationId })).rejects.toThrow('compared with')
  })

  it('of 100,000 images open and page quickly', { timeout: 60_000 }, async () => {
    const { store, datasetId, lists, query } = opened()
    store.transaction(() => {
      for (let index = 0; index < 100_000; index++) {
        store.images.insert(
          datasetId,
          scannedImage({ path: `bottle/many/${index % 997}/${index}` }),
        )
      }
    })
    const seconds = async (work: () => Promise<unknown>) => {
      const started = process.cpuUsage()
      await work()
      const { user, system } = process.cpuUsage(started)
      return (user + system) / 1e6
    }
    const filter = { verdicts: ['not-reviewed' as const], text: '1' }
    expect(await seconds(() => lists.page(query(), true, 0, 100))).toBeLessThan(1)
    expect(await seconds(() => lists.page(query({ filter }), true, 0, 100))).toBeLessThan(1)
    const deep = await seconds(async () => {
      for (let n = 0; n < 50; n++) await lists.page(query(), false, 99_000 - 1000 * n, 100)
    })
    expect(deep / 50).toBeLessThan(0.02)
  })

  it('are kept as views under a name', () => {
    const { lists, datasetId } = opened()
    const view = { filter: { text: 'a' }, sort: 'name' as const, descending: false }
    lists.saveFilter(datasetId, 'Mine', view)
    const saved = lists.saveFilter(datasetId, 'Mine', { ...view, descending: true })
    expect(lists.savedFilters(datasetId)).toEqual([
      { id: saved.id, name: 'Mine', view: { ...view, descending: true } },
    ])
    lists.removeFilter(saved.id)
    expect(lists.savedFilters(datasetId)).toEqual([])
  })
})
