import { isEmptyBox } from './box.ts'
import { EMPTY_SELECTION, reframe, trimSelection, type Selection } from './selection.ts'

/** Pixels in a but not in b. */
export function difference(a: Selection, b: Selection): Selection {
  if (isEmptyBox(a.box)) return EMPTY_SELECTION
  const bits = reframe(b, a.box).bits.map((bit, i) => a.bits[i]! & (bit ^ 1))
  return trimSelection({ box: a.box, bits })
}
