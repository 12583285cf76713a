import type { Point } from '../../../shared/masks/box.ts'
import type { MaskEditing } from './editing.svelte.ts'
import type { ToolId } from './options.svelte.ts'
import { startBrush } from './tools/brush.ts'
import { flood, startWand, takeRegion } from './tools/regions.ts'
import { PolygonSketch, startBox, startLasso } from './tools/shapes.ts'
import type { Drag } from './tools/tool.ts'

/** How a press happened. */
export interface Press {
  /** Control (or Command) is held: the opposite of what the tool does. */
  readonly inverts: boolean
  /** Screen pixels for each image pixel. */
  readonly scale: number
}

/** How near to its first corner a click closes a polygon, in screen pixels. */
const CLOSING_REACH = 8

/** Leads what the pointer and the keyboard do to the tool in hand. */
export class Hand {
  readonly #editing: MaskEditing
  readonly #polygon: PolygonSketch
  #drag: Drag | null = null
  #adds = true

  constructor(editing: MaskEditing) {
    this.#editing = editing
    this.#polygon = new PolygonSketch(editing)
  }

  get #tool(): ToolId {
    return this.#editing.options.values.tool
  }

  /** Whether a stroke, an outline or a proposal is open. */
  get busy(): boolean {
    return this.#drag !== null || this.#polygon.open || this.#editing.proposal !== null
  }

  press(point: Point, { inverts, scale }: Press): void {
    const editing = this.#editing
    const adds = this.#adding(inverts)
    this.#adds = adds
    switch (this.#tool) {
      case 'brush':
      case 'eraser':
        this.#drag = startBrush(editing, point, !adds)
        return
      case 'rectangle':
      case 'ellipse':
        this.#drag = startBox(editing, point, adds, this.#tool)
        return
      case 'lasso':
        this.#drag = startLasso(editing, point, adds)
        return
      case 'wand':
        this.#drag = startWand(editing, point, scale)
        return
      case 'polygon':
        return this.#polygon.click(point, adds, CLOSING_REACH / scale)
      case 'fill':
        return flood(editing, point, adds)
      case 'region':
        return takeRegion(editing, point, adds)
      case 'threshold':
        return
    }
  }

  /** The pointer's way since the last call. */
  move(points: readonly Point[]): void {
    const last = points.at(-1)
    if (!last) return
    if (this.#drag) this.#drag.move(points)
    else this.#polygon.hover(last)
  }

  release(): void {
    const drag = this.#drag
    this.#drag = null
    drag?.end()
  }

  /** Enter or a double click: closes the polygon, applies the proposal. */
  finish(): void {
    if (this.#polygon.open) this.#polygon.close(this.#adds)
    else this.#editing.applyProposal(this.#adding(false))
  }

  /** Escape, or another tool: drops what is open. True when there was something. */
  cancel(): boolean {
    const { busy } = this
    const drag = this.#drag
    this.#drag = null
    drag?.cancel()
    if (this.#polygon.open) this.#polygon.cancel()
    if (this.#editing.proposal) this.#editing.dropProposal()
    return busy
  }

  /** Takes the last corner of a polygon back. */
  back(): void {
    if (this.#polygon.open) this.#polygon.back()
  }

  #adding(inverts: boolean): boolean {
    const { tool, adds } = this.#editing.options.values
    const does = tool === 'brush' || (tool !== 'eraser' && adds)
    return does !== inverts
  }
}
