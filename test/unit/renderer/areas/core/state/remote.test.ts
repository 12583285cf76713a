import { expect, it } from 'vitest'
import { Remote } from '../../../../../../src/renderer/src/areas/core/state/remote.svelte.ts'

it('drops an answer that arrives after a newer one', async () => {
  const remote = new Remote<string>()
  const slow = Promise.withResolvers<string>()
  const first = remote.load(() => slow.promise)
  await remote.load(() => Promise.resolve('new'))
  slow.resolve('old')
  await first
  expect(remote.value).toBe('new')
  expect(remote.loading).toBe(false)
})

it('keeps the old value beside the error of a failed reload', async () => {
  const remote = new Remote<number>()
  await remote.load(() => Promise.resolve(1))
  await remote.load(() => Promise.reject(new Error('The disk is gone.')))
  expect(remote.value).toBe(1)
  expect(remote.error).toBe('The disk is gone.')
  await remote.load(() => Promise.resolve(2))
  expect(remote.error).toBeNull()
})

it('forgets a value and what is still on the way', async () => {
  const remote = new Remote<string>()
  const late = Promise.withResolvers<string>()
  const loading = remote.load(() => late.promise)
  remote.clear()
  late.resolve('late')
  await loading
  expect(remote.value).toBeNull()
})
