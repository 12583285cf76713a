import { boxBetween, type Point } from '../../../../shared/masks/box.ts'
import { polygonSelection } from '../../../../shared/masks/tools/polygon.ts'
import { ellipseSelection, rectangleSelection } from '../../../../shared/masks/tools/shapes.ts'
import { apply, type Bench, type Drag } from './tool.ts'

const ELLIPSE_POINTS = 64

/** A rectangle or ellipse between the press and the release. */
export function startBox(
  bench: Bench,
  start: Point,
  adds: boolean,
  shape: 'rectangle' | 'ellipse',
): Drag {
  let end = start
  const box = () => boxBetween(start, end)
  return {
    move: (points) => {
      end = points.at(-1) ?? end
      const { x, y, width, height } = box()
      bench.sketch(
        shape === 'rectangle'
          ? [
              { x, y },
              { x: x + width, y },
              { x: x + width, y: y + height },
              { x, y: y + height },
              { x, y },
            ]
          : Array.from({ length: ELLIPSE_POINTS + 1 }, (_, i) => {
              const angle = (2 * Math.PI * i) / ELLIPSE_POINTS
              return {
                x: x + (width / 2) * (1 + Math.cos(angle)),
                y: y + (height / 2) * (1 + Math.sin(angle)),
              }
            }),
      )
    },
    end: () => {
      bench.sketch(null)
      const select = shape === 'rectangle' ? rectangleSelection : ellipseSelection
      const label = shape === 'rectangle' ? 'Rectangle' : 'Ellipse'
      apply(bench, label, select(box(), bench.editor.mask), adds)
    },
    cancel: () => bench.sketch(null),
  }
}

/** A free outline, closed where the button is released. */
export function startLasso(bench: Bench, start: Point, adds: boolean): Drag {
  const outline = [start]
  return {
    move: (points) => {
      outline.push(...points)
      bench.sketch(outline)
    },
    end: () => {
      bench.sketch(null)
      apply(bench, 'Lasso', polygonSelection(outline, bench.editor.mask), adds)
    },
    cancel: () => bench.sketch(null),
  }
}

/** A polygon, corner by corner over several clicks. */
export class PolygonSketch {
  readonly #bench: Bench
  #corners: Point[] = []

  constructor(bench: Bench) {
    this.#bench = bench
  }

  get open(): boolean {
    return this.#corners.length > 0
  }

  /** Adds a corner; one on the first corner closes the polygon. */
  click(point: Point, adds: boolean, reach: number): void {
    const [first] = this.#corners
    const closes =
      first && this.#corners.length > 2 && Math.hypot(point.x - first.x, point.y - first.y) <= reach
    if (closes) return this.close(adds)
    this.#corners.push(point)
    this.hover(point)
  }

  /** Shows where the next line would go. */
  hover(point: Point): void {
    if (this.open) this.#bench.sketch([...this.#corners, point])
  }

  /** Takes the last corner back. */
  back(): void {
    this.#corners.pop()
    this.#bench.sketch(this.open ? this.#corners : null)
  }

  close(adds: boolean): void {
    const corners = this.#corners
    this.cancel()
    if (corners.length < 3) return
    apply(this.#bench, 'Polygon', polygonSelection(corners, this.#bench.editor.mask), adds)
  }

  cancel(): void {
    this.#corners = []
    this.#bench.sketch(null)
  }
}
