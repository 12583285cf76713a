import { expect, it } from 'vitest'
import { latestFirst } from '../../../../src/main/processes/latest-first.ts'

it('does the latest first, a few at once, and drops the oldest that wait', async () => {
  const queue = latestFirst(2, 3)
  const started: number[] = []
  const ends = new Map<number, () => void>()
  const ask = (n: number) =>
    queue(
      () =>
        new Promise<number>((resolve) => {
          started.push(n)
          ends.set(n, () => resolve(n))
        }),
    )
  const asked = [1, 2, 3, 4, 5, 6, 7].map(ask)
  const settled = Promise.allSettled(asked)
  expect(started).toEqual([1, 2])
  await expect(asked[2]).rejects.toMatchObject({ code: 'CANCELLED' })
  await expect(asked[3]).rejects.toMatchObject({ code: 'CANCELLED' })
  for (const n of [1, 7, 2, 6, 5]) {
    ends.get(n)!()
    await asked[n - 1]
    await Promise.resolve()
  }
  expect(started).toEqual([1, 2, 7, 6, 5])
  expect((await settled).map(({ status }) => status === 'fulfilled')).toEqual([
    true,
    true,
    false,
    false,
    true,
    true,
    true,
  ])
})

it('goes on after a failure', async () => {
  const queue = latestFirst(1, 10)
  await expect(queue(() => Promise.reject(new Error('broken')))).rejects.toThrow('broken')
  expect(await queue(() => Promise.resolve(3))).toBe(3)
})
