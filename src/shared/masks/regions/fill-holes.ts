import { isEmptyBox } from '../box.ts'
import { connectedRegion } from '../tools/flood-fill.ts'
import { EMPTY_SELECTION, isSelected, trimSelection, type Selection } from '../selection.ts'

/**
 * The selection with its holes: pixels from which no path of side-touching unselected pixels leads
 * out. A gap that reaches the border of the image is not a hole.
 */
export function fillHoles(selection: Selection): Selection {
  const { box } = selection
  if (isEmptyBox(box)) return EMPTY_SELECTION
  const framed = { width: box.width + 2, height: box.height + 2 }
  const outside = connectedRegion(
    { x: 0, y: 0 },
    framed,
    4,
    (x, y) => !isSelected(selection, x - 1 + box.x, y - 1 + box.y),
  )
  const bits = new Uint8Array(selection.bits.length)
  for (let row = 0, i = 0; row < box.height; row++) {
    const start = (row + 1) * framed.width + 1
    for (let column = 0; column < box.width; column++, i++) {
      bits[i] = outside.bits[start + column]! ^ 1
    }
  }
  return trimSelection({ box, bits })
}
