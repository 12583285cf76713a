import type { Box, Size } from '../box.ts'
import { selectSpans, type Selection } from '../selection.ts'

/** All pixels of a box. */
export function rectangleSelection(box: Box, size: Size): Selection {
  return selectSpans(box, size, (_row, select) => select(box.x, box.x + box.width))
}

/** The pixels whose centres lie in the ellipse that touches the four sides of a box. */
export function ellipseSelection(box: Box, size: Size): Selection {
  const across = box.width / 2
  const down = box.height / 2
  const centre = box.x + across
  return selectSpans(box, size, (row, select) => {
    const distance = (row + 0.5 - box.y - down) / down
    const half = across * Math.sqrt(Math.max(1 - distance * distance, 0))
    select(Math.ceil(centre - half - 0.5), Math.floor(centre + half - 0.5) + 1)
  })
}
