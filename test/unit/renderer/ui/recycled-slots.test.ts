import { describe, expect, it } from 'vitest'
import { recycledSlots } from '../../../../src/renderer/src/ui/recycled-slots.ts'

describe('slots of a scrolled list', () => {
  it('keeps what stays in its slot and gives the others to what comes', () => {
    const place = recycledSlots()
    expect(place(0, 4)).toEqual([0, 1, 2, 3])
    expect(place(2, 6)).toEqual([4, 5, 2, 3])
    expect(place(100, 104)).toEqual([100, 101, 102, 103])
  })

  it('leaves slots empty when fewer are shown and adds some when more are', () => {
    const place = recycledSlots()
    place(0, 4)
    expect(place(1, 3)).toEqual([null, 1, 2, null])
    expect(place(1, 7)).toEqual([3, 1, 2, 4, 5, 6])
    expect(place(0, 0)).toEqual([null, null, null, null, null, null])
  })
})
