import { expect, it, vi } from 'vitest'
import { readPickle, type PickleValue } from '../../../../../src/main/engine/formats/pickle.ts'
import { stateDictRules } from '../../../../../src/main/engine/formats/torch-state.ts'

// The processor's time is what is bounded; a busy machine takes longer.
vi.setConfig({ testTimeout: 120_000 })

const bytes = (...parts: (string | Buffer)[]): Buffer =>
  Buffer.concat(
    parts.map((part) => (typeof part === 'string' ? Buffer.from(part, 'latin1') : part)),
  )

const read = (pickle: Buffer): PickleValue =>
  readPickle(pickle, 0, stateDictRules('weights.pth')).value

/** Reads or refuses in the processor time that a few million steps take. */
function boundedly(pickle: Buffer): unknown {
  const before = process.threadCpuUsage()
  try {
    return read(pickle)
  } catch (error) {
    return error
  } finally {
    const { user, system } = process.threadCpuUsage(before)
    expect((user + system) / 1e6).toBeLessThan(10)
  }
}

const tooMuch = expect.objectContaining({
  code: 'BAD_FILE',
  message: expect.stringContaining('takes more steps than the weights of any network') as string,
}) as unknown

it('refuses a chain of thirty million tuples after a few seconds', () => {
  const chain = bytes('\x80\x02N', Buffer.alloc(30_000_000, 0x85), '.')
  expect(boundedly(chain)).toEqual(tooMuch)
})

it('reads a dict of long keys that a hash table cannot tell apart in linear time', () => {
  const key = (n: number) => {
    // The lowest 64 bits, by which a Map hashes, are the same.
    const digits = Buffer.alloc(14, 7)
    digits.writeUInt32LE(n, 8)
    return bytes('\x8a\x0e', digits, 'N')
  }
  const keys = Array.from({ length: 300_000 }, (_, n) => key(n))
  const value = boundedly(bytes('\x80\x02}(', Buffer.concat(keys), 'u.'))
  expect(value).toBeInstanceOf(Map)
})

it('refuses memo entries whose numbers are spread to be slow', () => {
  const puts = Array.from({ length: 300_000 }, (_, n) => {
    const put = Buffer.alloc(5, 0x72)
    put.writeUInt32LE((n * 65_536) % 2 ** 32, 1)
    return put
  })
  expect(boundedly(bytes('\x80\x02N', Buffer.concat(puts), '.'))).toMatchObject({
    code: 'BAD_FILE',
  })
})

it.each([
  ['pairs', 'ccollections\nOrderedDict\n'],
  ['shapes', 'ctorch._utils\n_rebuild_tensor_v2\n'],
])('refuses %s that are recalled and looked through again and again', (_, callee) => {
  // A long list is made once and kept; each call of the same arguments looks through all of it.
  const list = bytes('](', Buffer.concat(Array(100_000).fill(bytes('))\x86'))), 'eq\x01')
  const calls = Buffer.concat(Array(500_000).fill(bytes('h\x02h\x03R0')))
  const pickle = bytes('\x80\x02', list, '\x85q\x030', `${callee}q\x020`, calls, 'N.')
  const found = boundedly(pickle)
  expect(found).toMatchObject({ code: 'BAD_FILE' })
})

it('reads whole numbers of any length, with their sign', () => {
  const numbers = bytes(
    '\x80\x02(\x8a\x00\x8a\x01\xff\x8a\x02\x00\x01\x8a\x09\x00\x00\x00\x00\x00\x00\x00\x00\x01t.',
  )
  expect(read(numbers)).toEqual([0, -1, 256, 2n ** 64n])
})
