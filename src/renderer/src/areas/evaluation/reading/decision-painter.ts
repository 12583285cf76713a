import { paintDecision, type MaskCoverage } from './pixel-decision.ts'

/**
 * Pictures of decisions while a threshold is dragged. Two canvases take turns, so that every picture is another object
 * than the one before and none is made anew.
 */
export class DecisionPainter {
  readonly #canvases: readonly [OffscreenCanvas, OffscreenCanvas]
  readonly #image: ImageData
  #turn: 0 | 1 = 0

  /** @param side Of the pictures, in pixels. */
  constructor(side: number) {
    this.#canvases = [new OffscreenCanvas(side, side), new OffscreenCanvas(side, side)]
    this.#image = new ImageData(side, side)
  }

  /** See {@link paintDecision}. The picture holds until the second call after this one. */
  paint(large: Float64Array, mask: MaskCoverage | null, threshold: number): OffscreenCanvas {
    paintDecision(large, mask, threshold, this.#image)
    this.#turn = this.#turn === 0 ? 1 : 0
    const canvas = this.#canvases[this.#turn]
    canvas.getContext('2d', { willReadFrequently: true })?.putImageData(this.#image, 0, 0)
    return canvas
  }
}
