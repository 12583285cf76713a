import { setImmediate as turn } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { inParallel } from '../../../../src/main/files/in-parallel.ts'

const numbers = Array.from({ length: 40 }, (_, i) => i)

it('keeps the order of the items, works on four at a time and tells how far it is', async () => {
  let open = 0
  let most = 0
  const told: number[] = []
  const results = await inParallel(
    numbers,
    { onProgress: (done) => told.push(done) },
    '',
    async (n) => {
      most = Math.max(most, ++open)
      for (let i = 0; i < (n * 7) % 5; i++) await turn()
      open -= 1
      return n * n
    },
  )
  expect(results).toEqual(numbers.map((n) => n * n))
  expect(most).toBe(4)
  expect(told.at(-1)).toBe(40)
})

it('begins nothing after a failure, and has ended what had begun before it is told', async () => {
  let [begun, ended] = [0, 0]
  const working = inParallel(numbers, {}, '', async (n) => {
    begun += 1
    if (n === 2) throw new Error('the second')
    await turn()
    await turn()
    ended += 1
  })
  await expect(working).rejects.toThrow('the second')
  expect(begun).toBeLessThan(6)
  expect(ended).toBe(begun - 1)
})

it('ends with the words given when it is cancelled', async () => {
  const controller = new AbortController()
  const working = inParallel(numbers, controller, 'no longer wanted', async (n) => {
    if (n === 5) controller.abort()
    await turn()
  })
  await expect(working).rejects.toMatchObject({ code: 'CANCELLED', message: 'no longer wanted' })
})
