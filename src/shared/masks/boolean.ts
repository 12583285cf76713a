import { intersectBoxes, isEmptyBox, uniteBoxes, type Size } from './box.ts'
import { EMPTY_SELECTION, reframe, selectAll, trimSelection, type Selection } from './selection.ts'

/** Pixels in a or b. */
export function union(a: Selection, b: Selection): Selection {
  return combine(a, b, (first, second) => first | second)
}

/** Pixels in a and b. */
export function intersection(a: Selection, b: Selection): Selection {
  const box = intersectBoxes(a.box, b.box)
  if (isEmptyBox(box)) return EMPTY_SELECTION
  return combine(reframe(a, box), reframe(b, box), (first, second) => first & second)
}

/** Pixels in a but not in b. */
export function difference(a: Selection, b: Selection): Selection {
  return combine(a, reframe(b, a.box), (first, second) => first & (second ^ 1))
}

/** Pixels in exactly one of a and b. */
export function symmetricDifference(a: Selection, b: Selection): Selection {
  return combine(a, b, (first, second) => first ^ second)
}

/** Pixels of the raster that are not in the selection. */
export function complement(selection: Selection, size: Size): Selection {
  return difference(selectAll(size), selection)
}

function combine(
  a: Selection,
  b: Selection,
  operate: (first: number, second: number) => number,
): Selection {
  const box = uniteBoxes(a.box, b.box)
  if (isEmptyBox(box)) return EMPTY_SELECTION
  const { bits } = reframe(a, box)
  const other = reframe(b, box).bits
  for (let i = 0; i < bits.length; i++) bits[i] = operate(bits[i]!, other[i]!)
  return trimSelection({ box, bits })
}
