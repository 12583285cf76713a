import type { Point, Size, Viewport } from './viewport.ts'

/** One picture of a pane; every layer covers the whole image, whatever its own size is. */
export interface Layer {
  readonly picture: CanvasImageSource
  /** Pixels of the picture's own width, to choose between smooth and sharp drawing. */
  readonly width: number
  readonly opacity: number
  /** How far it is moved, in image pixels. */
  readonly shift?: Point
}

/** Draws layers into a canvas under a viewport, at the display's full resolution. */
export class PanePainter {
  readonly #canvas: HTMLCanvasElement
  readonly #context: CanvasRenderingContext2D

  constructor(canvas: HTMLCanvasElement) {
    const context = canvas.getContext('2d')
    if (!context)
      throw new Error('No canvas can be had; close some windows and open the view again.')
    this.#canvas = canvas
    this.#context = context
  }

  /** @param pane Size of the canvas in CSS pixels. */
  draw(layers: readonly Layer[], image: Size, viewport: Viewport, pane: Size): void {
    const ratio = window.devicePixelRatio
    const width = Math.max(1, Math.round(pane.width * ratio))
    const height = Math.max(1, Math.round(pane.height * ratio))
    if (this.#canvas.width !== width) this.#canvas.width = width
    if (this.#canvas.height !== height) this.#canvas.height = height

    const context = this.#context
    const scale = viewport.scale * ratio
    context.setTransform(1, 0, 0, 1, 0, 0)
    context.clearRect(0, 0, width, height)
    context.setTransform(scale, 0, 0, scale, viewport.x * ratio, viewport.y * ratio)
    for (const layer of layers) {
      const magnification = (scale * image.width) / layer.width
      context.imageSmoothingEnabled = magnification < 3
      context.imageSmoothingQuality = 'high'
      context.globalAlpha = layer.opacity
      const { x, y } = layer.shift ?? { x: 0, y: 0 }
      context.drawImage(layer.picture, x, y, image.width, image.height)
    }
    context.globalAlpha = 1
  }
}
