import { expect, it } from 'vitest'
import { orderKeys } from '../../../../src/shared/metrics/key-order.ts'
import { Random } from '../../../../src/shared/random.ts'

it.each([0, 1, 10, 5000])('orders %d keys of every kind and says where each was', (length) => {
  const random = new Random(length)
  const keys = Int32Array.from({ length }, (_, i) => (i % 3 === 0 ? -i : random.uint32() | 0))
  keys.copyWithin(length >> 1, 0, length >> 2)
  const { keys: ordered, places } = orderKeys(keys)
  const expected = Array.from(keys.keys()).sort((a, b) => keys[a]! - keys[b]! || a - b)
  expect(Array.from(places)).toEqual(expected)
  expect(Array.from(ordered)).toEqual(expected.map((place) => keys[place]))
})
