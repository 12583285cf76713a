import { describe, expect, it } from 'vitest'
import type { ImageId } from '../../src/shared/core/ids.ts'
import { createFacts } from '../../src/main/services/core/facts.ts'
import { createReviews } from '../../src/main/services/datasets/reviews.ts'
import { openWorkspace } from '../../src/main/services/core/workspace.ts'
import { addDataset, temporaryFolder } from './support.ts'

function opened() {
  const workspace = openWorkspace(temporaryFolder())
  const { store } = workspace
  const datasetId = addDataset(store, '/data')
  const ids = store.images.ofCategory(datasetId, 'bottle').map(({ id }) => id)
  const facts = createFacts()
  const told: (readonly ImageId[])[] = []
  facts.on('reviews.changed', ({ imageIds }) => void told.push(imageIds))
  return { store, datasetId, ids, told, reviews: createReviews(workspace, facts) }
}

describe('reviews', () => {
  it('set one part at a time for many images and keep the others', () => {
    const { reviews, ids, told } = opened()
    const [first, second] = ids as [ImageId, ImageId]
    reviews.set([first, second], { verdict: 'mask-wrong', causes: ['too-small', 'background'] })
    reviews.set([first], { note: 'the lower edge' })
    reviews.set([first], { label: 'nominal', verdict: 'label-wrong' })
    expect(reviews.current([first, second])).toMatchObject([
      {
        imageId: first,
        verdict: 'label-wrong',
        label: 'nominal',
        causes: ['too-small', 'background'],
        note: 'the lower edge',
      },
      { imageId: second, verdict: 'mask-wrong', label: null, note: '' },
    ])
    expect(reviews.history(first).map(({ verdict }) => verdict)).toEqual([
      'label-wrong',
      'mask-wrong',
      'mask-wrong',
    ])
    expect(told).toEqual([[first, second], [first], [first]])
  })

  it('are undone and redone for the images that nobody has set since', () => {
    const { reviews, ids, store } = opened()
    const [first, second, third] = ids as [ImageId, ImageId, ImageId]
    reviews.set([first], { verdict: 'fine', note: 'checked' })
    const { change } = reviews.set([first, second, third], { verdict: 'bad-image' })
    reviews.set([third], { verdict: 'ambiguous' })
    const undone = reviews.undo(change)
    expect(undone.images).toBe(2)
    expect(reviews.current(ids).map(({ verdict, note }) => [verdict, note])).toEqual([
      ['fine', 'checked'],
      ['not-reviewed', ''],
      ['ambiguous', ''],
    ])
    expect(ids.slice(0, 3).map((id) => store.images.get(id)?.verdict)).toEqual([
      'fine',
      'not-reviewed',
      'ambiguous',
    ])
    expect(reviews.undo(undone.change).images).toBe(2)
    expect(store.images.get(second)?.verdict).toBe('bad-image')
    expect(reviews.undo(undone.change).images).toBe(0)
  })

  it('are counted by category and defect type, in force only', () => {
    const { reviews, ids, datasetId, store } = opened()
    const broken = ids.filter((id) => store.images.get(id)?.defectType === 'broken')
    reviews.set(broken, { verdict: 'fine', causes: ['other'] })
    reviews.set(broken.slice(0, 1), { verdict: 'mask-wrong', causes: ['mask-wrong', 'too-small'] })
    const count = (defectType: string, value: string, number: number) => ({
      category: 'bottle',
      defectType,
      value,
      count: number,
    })
    const counts = {
      verdicts: [
        count('broken', 'fine', 1),
        count('broken', 'mask-wrong', 1),
        count('good', 'not-reviewed', 5),
      ],
      causes: [
        count('broken', 'mask-wrong', 1),
        count('broken', 'other', 1),
        count('broken', 'too-small', 1),
      ],
    }
    expect(reviews.counts(datasetId)).toEqual(counts)
    expect(reviews.counts(datasetId, 'bottle')).toEqual(counts)
    expect(reviews.counts(datasetId, 'cup')).toEqual({ verdicts: [], causes: [] })
  })

  it('refuse an empty change and images that are gone', () => {
    const { reviews, ids } = opened()
    expect(() => reviews.set(ids, {})).toThrow('Nothing to set')
    expect(() => reviews.set([999 as ImageId], { verdict: 'fine' })).toThrow('None of these images')
  })

  it('of ten thousand images take one short transaction', () => {
    const { reviews, store, datasetId } = opened()
    const template = {
      category: 'bottle',
      split: 'test',
      defectType: 'good',
      anomalous: false,
      bytes: 1,
      modifiedAt: 1,
      sha256: 'h',
      width: 8,
      height: 8,
      masks: [],
    } as const
    const many = store.transaction(() =>
      Array.from({ length: 10_000 }, (_, index) =>
        store.images.insert(datasetId, { ...template, path: `many/${index}.png` }),
      ),
    )
    const started = process.cpuUsage()
    expect(reviews.set(many, { verdict: 'fine' }).images).toBe(10_000)
    const { user, system } = process.cpuUsage(started)
    expect((user + system) / 1e6).toBeLessThan(3)
  })
})
