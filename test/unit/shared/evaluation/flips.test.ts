import { describe, expect, it } from 'vitest'
import { flippedTo, flips, type DecidedSet } from '../../../../src/shared/evaluation/flips.ts'

const set = (threshold: number, scores: readonly (readonly [string, boolean, number])[]) =>
  ({
    threshold,
    scores: scores.map(([id, anomalous, score]) => ({ id, anomalous, score })),
  }) satisfies DecidedSet<string>

describe('flips', () => {
  const before = set(1, [
    ['hole', true, 0.9],
    ['scratch', true, 1.4],
    ['nominal', false, 0.2],
    ['rough', false, 0.8],
    ['gone', true, 2],
  ])

  it('names images that change sides, the largest change first, each in units of its own threshold', () => {
    const after = set(2, [
      ['hole', true, 2.6],
      ['scratch', true, 1.8],
      ['nominal', false, 0.4],
      ['rough', false, 3],
      ['new', true, 9],
    ])
    expect(flips(before, after)).toEqual(
      [
        { id: 'rough', anomalous: false, better: false, before: 0.8, after: 3, change: 0.7 },
        { id: 'scratch', anomalous: true, better: false, before: 1.4, after: 1.8, change: -0.5 },
        { id: 'hole', anomalous: true, better: true, before: 0.9, after: 2.6, change: 0.4 },
      ].map((flip) => ({ ...flip, change: expect.closeTo(flip.change, 12) as number })),
    )
  })

  it('counts a score on the threshold as anomalous', () => {
    const moved = flips(before, { ...before, threshold: 0.8 })
    expect(moved.map(({ id }) => id).toSorted()).toEqual(['hole', 'rough'])
    expect(flips(before, { ...before, threshold: 0.85 }).map(({ id }) => id)).toEqual(['hole'])
  })

  it('says what an image is called now', () => {
    const called = (anomalous: boolean, better: boolean) => flippedTo({ anomalous, better })
    expect([called(true, true), called(true, false)]).toEqual(['found', 'missed'])
    expect([called(false, true), called(false, false)]).toEqual(['passed', 'false alarm'])
  })

  it('finds nothing between a setting and itself', () => {
    expect(flips(before, before)).toEqual([])
  })
})
