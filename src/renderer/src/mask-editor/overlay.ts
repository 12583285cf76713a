import { intersectBoxes, isEmptyBox, type Box, type Size } from '../../../shared/masks/box.ts'
import type { Selection } from '../../../shared/masks/selection.ts'
import type { Viewport } from '../viewer/viewport.ts'
import type { OverlayColours } from './palette.ts'

/** What an overlay shows: class indices over the whole image, and perhaps a preview. */
export interface OverlayContent extends Size {
  readonly classes: Uint8Array
  /** Outside it all classes are 0. */
  readonly bounds: Box
  readonly preview: Selection | null
}

export interface OverlayStyle {
  readonly colours: OverlayColours
  readonly outlineOnly: boolean
}

/** Border of a region in device pixels. */
const LINE = 2

/**
 * Draws a mask at the resolution of the screen. Nothing of the image's size is ever drawn: each device
 * pixel of the area looks up the mask pixels that it covers, so a stroke costs what it covers on screen.
 */
export class OverlayPainter {
  readonly #canvas: HTMLCanvasElement
  readonly #context: CanvasRenderingContext2D
  #pixels = new Uint8ClampedArray(0)
  #codes = new Uint16Array(0)

  constructor(canvas: HTMLCanvasElement) {
    const context = canvas.getContext('2d')
    if (!context) throw new Error('No canvas can be had; close some windows and try again.')
    this.#canvas = canvas
    this.#context = context
  }

  /**
   * @param pane Size of the canvas in CSS pixels.
   * @param changed Image pixels that changed since the last call; null draws everything.
   */
  draw(
    content: OverlayContent | null,
    style: OverlayStyle,
    viewport: Viewport,
    pane: Size,
    changed: Box | null,
  ): void {
    const ratio = window.devicePixelRatio
    const width = Math.max(1, Math.round(pane.width * ratio))
    const height = Math.max(1, Math.round(pane.height * ratio))
    let whole = changed === null
    if (this.#canvas.width !== width || this.#canvas.height !== height) {
      this.#canvas.width = width
      this.#canvas.height = height
      whole = true
    }
    const screen = { x: 0, y: 0, width, height }
    if (!content) return this.#context.clearRect(0, 0, width, height)
    const area = whole
      ? screen
      : intersectBoxes(screenBox(changed ?? content.bounds, viewport, ratio), screen)
    if (!isEmptyBox(area)) this.#drawArea(content, style, viewport, ratio, area)
  }

  #drawArea(
    content: OverlayContent,
    { colours, outlineOnly }: OverlayStyle,
    viewport: Viewport,
    ratio: number,
    area: Box,
  ): void {
    // Codes are looked up in a frame around the area, so that borders end where they should.
    const framed = {
      x: area.x - LINE,
      y: area.y - LINE,
      width: area.width + 2 * LINE,
      height: area.height + 2 * LINE,
    }
    const codes = this.#lookUp(content, viewport, ratio, framed)
    const count = area.width * area.height
    if (this.#pixels.length < 4 * count) this.#pixels = new Uint8ClampedArray(4 * count)
    const bytes = this.#pixels.subarray(0, 4 * count)
    const words = new Uint32Array(bytes.buffer, 0, count)
    const { fill, line, previewFill, previewLine } = colours
    const stride = framed.width
    for (let y = 0, i = 0; y < area.height; y++) {
      let at = (y + LINE) * stride + LINE
      for (let x = 0; x < area.width; x++, i++, at++) {
        const code = codes[at]!
        if (code === 0) {
          words[i] = 0
          continue
        }
        const border =
          codes[at - LINE] !== code ||
          codes[at + LINE] !== code ||
          codes[at - LINE * stride] !== code ||
          codes[at + LINE * stride] !== code
        if (code === PREVIEWED) words[i] = border ? previewLine : previewFill
        else if (border) words[i] = line[code]!
        else words[i] = outlineOnly ? 0 : fill[code]!
      }
    }
    const image = new ImageData(bytes, area.width, area.height)
    this.#context.putImageData(image, area.x, area.y)
  }

  /** The class under each device pixel of an area: the highest of those that it covers. */
  #lookUp(
    { classes, width, height, bounds, preview }: OverlayContent,
    viewport: Viewport,
    ratio: number,
    area: Box,
  ): Uint16Array {
    const count = area.width * area.height
    if (this.#codes.length < count) this.#codes = new Uint16Array(count)
    const codes = this.#codes.subarray(0, count).fill(0)
    const columns = spans(area.x, area.width, viewport.x, viewport.scale, ratio, width)
    const rows = spans(area.y, area.height, viewport.y, viewport.scale, ratio, height)
    const fillFrom = (box: Box, valueOf: (at: number) => number, data: Uint8Array, origin: Box) => {
      const right = box.x + box.width
      const bottom = box.y + box.height
      for (let y = 0; y < area.height; y++) {
        const top = Math.max(rows.from[y]!, box.y)
        const end = Math.min(rows.to[y]!, bottom)
        if (top >= end) continue
        for (let x = 0; x < area.width; x++) {
          const left = Math.max(columns.from[x]!, box.x)
          const stop = Math.min(columns.to[x]!, right)
          if (left >= stop) continue
          let code = 0
          for (let row = top; row < end; row++) {
            const start = (row - origin.y) * origin.width - origin.x
            for (let at = start + left; at < start + stop; at++) {
              if (data[at]! > code) code = data[at]!
            }
          }
          if (code > 0) codes[y * area.width + x] = valueOf(code)
        }
      }
    }
    const whole = { x: 0, y: 0, width, height }
    fillFrom(bounds, (code) => code, classes, whole)
    if (preview) fillFrom(preview.box, () => PREVIEWED, preview.bits, preview.box)
    return codes
  }
}

/** Code of a previewed pixel: above every class. */
const PREVIEWED = 256

/** Which mask columns (or rows) each device pixel covers: `from` … `to` − 1; at least one, or none outside. */
function spans(
  start: number,
  length: number,
  offset: number,
  scale: number,
  ratio: number,
  limit: number,
) {
  const from = new Int32Array(length)
  const to = new Int32Array(length)
  const step = 1 / (scale * ratio)
  for (let i = 0; i < length; i++) {
    const low = (start + i) * step - offset / scale
    // Zoomed in, the pixel under the middle counts; zoomed out, all that are covered.
    const first = Math.floor(step < 1 ? low + step / 2 : low)
    const last = step < 1 ? first + 1 : Math.max(Math.floor(low + step), first + 1)
    from[i] = Math.min(Math.max(first, 0), limit)
    to[i] = Math.min(Math.max(last, 0), limit)
  }
  return { from, to }
}

/** Device pixels that show a box of the image, with room for its border. */
function screenBox(box: Box, viewport: Viewport, ratio: number): Box {
  const scale = viewport.scale * ratio
  const left = Math.floor(box.x * scale + viewport.x * ratio) - LINE - 1
  const top = Math.floor(box.y * scale + viewport.y * ratio) - LINE - 1
  const right = Math.ceil((box.x + box.width) * scale + viewport.x * ratio) + LINE + 1
  const bottom = Math.ceil((box.y + box.height) * scale + viewport.y * ratio) + LINE + 1
  return { x: left, y: top, width: right - left, height: bottom - top }
}
