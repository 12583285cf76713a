import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, describe, expect, it } from 'vitest'
import { Supervisor } from '../../../../src/main/processes/supervisor.ts'
import { childEnvironment } from '../../../../src/main/processes/child-environment.ts'
import { forkNode } from '../../../../src/main/processes/node-transport.ts'
import type { SampleContract } from './children/sample.ts'

const file = path.join(import.meta.dirname, 'children/sample.ts')
const open: Supervisor<SampleContract>[] = []

function supervise(
  env: Record<string, string> = {},
  options: { readyBudgetMs?: number; graceMs?: number } = {},
) {
  const supervisor = new Supervisor<SampleContract>({
    spawn: () => forkNode(file, { ...childEnvironment(process.env), ...env }),
    ...options,
  })
  open.push(supervisor)
  return supervisor
}

afterEach(async () => {
  await Promise.all(open.splice(0).map((supervisor) => supervisor.close()))
})

const isGone = async (pid: number) => {
  for (let tries = 0; tries < 100; tries += 1) {
    try {
      process.kill(pid, 0)
    } catch {
      return true
    }
    await sleep(20)
  }
  return false
}

describe('calls to a child process', () => {
  it('answers each call with its own result, several at once', async () => {
    const child = supervise()
    const sums = [1, 2, 3].map((a) => child.call('add', { a, b: 10 }).result)
    expect(await Promise.all(sums)).toEqual([11, 12, 13])
    const values = new Float32Array([1.5, -2, NaN])
    expect(await child.call('echo', values).result).toEqual(values)
  })

  it('reports events in order before the result', async () => {
    const seen: number[] = []
    const call = supervise().call('count', { to: 5 }, ({ n }) => seen.push(n))
    expect(await call.result).toEqual({ reached: 5, mode: null })
    expect(seen).toEqual([1, 2, 3, 4, 5])
  })

  it.each(['stop', 'cancel'] as const)('ends a call early by %s', async (mode) => {
    const begun = Promise.withResolvers<void>()
    const call = supervise().call('count', { to: 100_000 }, () => begun.resolve())
    await begun.promise
    call.end(mode)
    const { reached, mode: told } = await call.result
    expect(told).toBe(mode)
    expect(reached).toBeLessThan(100_000)
  })

  it('does not begin a call that was ended while the child was starting', async () => {
    const call = supervise().call('count', { to: 5 })
    call.end('stop')
    await expect(call.result).rejects.toMatchObject({ code: 'CANCELLED' })
  })

  it('hands over expected failures with their code and defects as INTERNAL', async () => {
    const child = supervise()
    await expect(child.call('fail', { expected: true }).result).rejects.toMatchObject({
      code: 'BAD_FILE',
      message: 'bottle.png is not an image.',
    })
    await expect(child.call('fail', { expected: false }).result).rejects.toMatchObject({
      code: 'INTERNAL',
      message: 'a defect',
    })
  })
})

describe('a child that misbehaves', () => {
  it('fails every open call with its last words, and starts anew with the next', async () => {
    const child = supervise()
    const first = await child.call('pid', null).result
    const outcomes = await Promise.allSettled([
      child.call('count', { to: 100_000 }).result,
      child.call('crash', null).result,
    ])
    for (const outcome of outcomes) {
      expect(outcome).toMatchObject({
        reason: {
          code: 'ENGINE_CRASHED',
          message: expect.stringContaining('the GPU fell off the bus') as string,
        },
      })
    }
    expect(await child.call('pid', null).result).not.toBe(first)
  })

  it('is not started a fourth time after three crashes in a row, until reset', async () => {
    const child = supervise()
    const told: boolean[] = []
    child.watch(() => told.push(child.stopped))
    for (let crashes = 0; crashes < 3; crashes += 1) {
      await child.call('crash', null).result.catch(() => {})
    }
    await expect(child.call('add', { a: 1, b: 1 }).result).rejects.toThrow('3 times in a row')
    child.reset()
    expect(told).toEqual([true, false])
    expect(await child.call('add', { a: 1, b: 1 }).result).toBe(2)
  })

  it('is killed when it does not heed a cancel, and that is no crash', async () => {
    const child = supervise({}, { graceMs: 200 })
    for (let kills = 0; kills < 3; kills += 1) {
      const pid = await child.call('pid', null).result
      const call = child.call('hang', null)
      await sleep(50)
      call.end('cancel')
      await expect(call.result).rejects.toMatchObject({ code: 'ENGINE_CRASHED' })
      expect(await isGone(pid)).toBe(true)
    }
    expect(await child.call('add', { a: 1, b: 1 }).result).toBe(2)
  })

  it('is ended once it is idle, unless it is called again; the next call starts another', async () => {
    const child = supervise()
    const first = await child.call('pid', null).result
    child.release()
    expect(await isGone(first)).toBe(true)
    const second = await child.call('pid', null).result
    expect(second).not.toBe(first)
    const busy = child.call('count', { to: 3 }).result
    child.release()
    expect(await child.call('pid', null).result).toBe(second)
    await busy
    const last = child.call('count', { to: 3 }).result
    child.release()
    await last
    expect(await isGone(second)).toBe(true)
  })

  it('is refused when it speaks another version of the protocol', async () => {
    const child = supervise({ DDAD_TEST_VERSION: '99' })
    await expect(child.call('add', { a: 1, b: 1 }).result).rejects.toThrow('protocol 99')
  })

  it('is given up when it is not ready in time', async () => {
    const child = supervise({ DDAD_TEST_SILENT: '1' }, { readyBudgetMs: 300 })
    await expect(child.call('add', { a: 1, b: 1 }).result).rejects.toThrow('not ready after 0.3 s')
  })
})

it('hands a child only what it needs of the environment', () => {
  const env = childEnvironment({
    PATH: '/bin',
    CUDA_VISIBLE_DEVICES: '1',
    DDAD_CACHE: '/c',
    NODE_OPTIONS: '--inspect',
    SECRET_TOKEN: 'x',
    TF_CPP_MIN_LOG_LEVEL: '0',
  })
  expect(env).toEqual({
    PATH: '/bin',
    CUDA_VISIBLE_DEVICES: '1',
    DDAD_CACHE: '/c',
    TF_CPP_MIN_LOG_LEVEL: '0',
    CUDA_CACHE_PATH: path.resolve('/c/cuda-kernels'),
  })
})
