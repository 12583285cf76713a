import type { Point } from '../../../../shared/masks/box.ts'
import { brushSelection } from '../../../../shared/masks/tools/brush.ts'
import type { Bench, Drag } from './tool.ts'

/** Paints the class in hand, or nominal pixels, along the way of the pointer. */
export function startBrush(bench: Bench, start: Point, erases: boolean): Drag {
  const { editor, options } = bench
  const diameter = options.size
  const classIndex = erases ? 0 : options.values.classIndex
  const stroke = editor.beginStroke(erases ? 'Eraser' : 'Brush')
  let last = start
  const paint = (to: Point): void => {
    bench.changed(stroke.draft.set(brushSelection(last, to, diameter, editor.mask), classIndex))
    last = to
  }
  paint(start)
  return {
    move: (points) => points.forEach(paint),
    end: () => bench.committed(stroke.commit()),
    cancel: () => bench.changed(stroke.abort()),
  }
}
