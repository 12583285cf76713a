import { connectedComponents } from '../../metrics/connected-components.ts'
import { EMPTY_BOX, boxArea, isEmptyBox, uniteBoxes, type Box } from '../box.ts'
import { EMPTY_SELECTION, trimSelection, type Selection } from '../selection.ts'

/** The selection without its 8-connected regions of fewer than `minPixels` pixels. */
export function removeIslands(selection: Selection, minPixels: number): Selection {
  const { box, bits } = selection
  if (isEmptyBox(box)) return EMPTY_SELECTION
  const { labels, areas } = connectedComponents(bits, box.width, box.height)
  const kept = bits.map((bit, i) => (bit === 1 && areas[labels[i]! - 1]! >= minPixels ? 1 : 0))
  return trimSelection({ box, bits: kept })
}

/** The 8-connected regions of a selection, in the order in which a scan by rows meets them. */
export function splitRegions(selection: Selection): Selection[] {
  const { box, bits } = selection
  if (isEmptyBox(box)) return []
  const { labels, areas } = connectedComponents(bits, box.width, box.height)
  const boxes: Box[] = areas.map(() => EMPTY_BOX)
  const column = (i: number): number => box.x + (i % box.width)
  const row = (i: number): number => box.y + Math.floor(i / box.width)
  labels.forEach((label, i) => {
    if (label === 0) return
    boxes[label - 1] = uniteBoxes(boxes[label - 1]!, {
      x: column(i),
      y: row(i),
      width: 1,
      height: 1,
    })
  })
  const regions = boxes.map((own) => ({ box: own, bits: new Uint8Array(boxArea(own)) }))
  labels.forEach((label, i) => {
    if (label === 0) return
    const region = regions[label - 1]!
    region.bits[(row(i) - region.box.y) * region.box.width + column(i) - region.box.x] = 1
  })
  return regions
}
