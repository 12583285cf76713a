export interface Point {
  readonly x: number
  readonly y: number
}
export interface Size {
  readonly width: number
  readonly height: number
}

const MAX_SCALE = 64

/**
 * Which part of an image a pane shows. Screen lengths are CSS pixels, image lengths image pixels:
 * screen = image · scale + offset. Immutable, so that several panes can share one.
 */
export class Viewport {
  readonly scale: number
  readonly x: number
  readonly y: number

  constructor(scale: number, x: number, y: number) {
    this.scale = scale
    this.x = x
    this.y = y
  }

  /** Shows the whole image in the middle, at most at its own size times eight. */
  static fit(image: Size, pane: Size): Viewport {
    const scale = Math.min(pane.width / image.width, pane.height / image.height, 8)
    return new Viewport(
      scale,
      (pane.width - image.width * scale) / 2,
      (pane.height - image.height * scale) / 2,
    )
  }

  toImage(point: Point): Point {
    return { x: (point.x - this.x) / this.scale, y: (point.y - this.y) / this.scale }
  }

  toScreen(point: Point): Point {
    return { x: point.x * this.scale + this.x, y: point.y * this.scale + this.y }
  }

  /** Zooms by a factor and keeps the image point under `anchor` where it is. */
  zoomed(factor: number, anchor: Point, image: Size, pane: Size): Viewport {
    const smallest = Viewport.fit(image, pane).scale / 2
    const scale = Math.min(MAX_SCALE, Math.max(smallest, this.scale * factor))
    const fixed = this.toImage(anchor)
    return new Viewport(scale, anchor.x - fixed.x * scale, anchor.y - fixed.y * scale).kept(
      image,
      pane,
    )
  }

  panned(dx: number, dy: number, image: Size, pane: Size): Viewport {
    return new Viewport(this.scale, this.x + dx, this.y + dy).kept(image, pane)
  }

  /** Keeps the middle of the pane on the image, so that it cannot be lost. */
  kept(image: Size, pane: Size): Viewport {
    const within = (offset: number, side: number, room: number): number =>
      Math.min(room / 2, Math.max(room / 2 - side * this.scale, offset))
    return new Viewport(
      this.scale,
      within(this.x, image.width, pane.width),
      within(this.y, image.height, pane.height),
    )
  }
}
