import type { Point } from '../viewer/viewport.ts'
import type { Hand } from './hand.ts'

interface Surroundings {
  hand(): Hand
  /** Image pixels of a position in CSS pixels. */
  toImage(position: Point): Point
  scale(): number
  /** Alt-drag: how far it went to the right in CSS pixels, and the size at its beginning. */
  resize(pixels: number, from: number): void
  /** Size of the brush in hand; null for tools without one. */
  size(): number | null
  enabled(): boolean
}

/** Gathers the pointer's positions and gives them to the hand once a frame. */
export class PointerFrames {
  readonly #around: Surroundings
  #waiting: Point[] = []
  #frame = 0
  #resizing: { readonly x: number; readonly size: number } | null = null

  constructor(around: Surroundings) {
    this.#around = around
  }

  /** Listens on an element; the returned function ends it. Attach gestures that pan before it. */
  attach(element: HTMLElement): () => void {
    const ending = new AbortController()
    const options = { signal: ending.signal }
    const position = (event: MouseEvent): Point => {
      const box = element.getBoundingClientRect()
      return { x: event.clientX - box.left, y: event.clientY - box.top }
    }
    element.addEventListener(
      'pointerdown',
      (event) => this.#down(event, position, element),
      options,
    )
    element.addEventListener('pointermove', (event) => this.#move(event, position), options)
    element.addEventListener('pointerup', () => this.#up(), options)
    element.addEventListener('pointercancel', () => this.#cancel(), options)
    element.addEventListener('dblclick', () => this.#around.hand().finish(), options)
    return () => ending.abort()
  }

  #down(event: PointerEvent, position: (event: MouseEvent) => Point, element: HTMLElement): void {
    if (event.button !== 0 || !this.#around.enabled()) return
    // Keys belong to the mask again, whatever was used before.
    element.focus({ preventScroll: true })
    element.setPointerCapture(event.pointerId)
    performance.clearMeasures()
    const at = position(event)
    const size = this.#around.size()
    if (event.altKey && size !== null) {
      this.#resizing = { x: at.x, size }
      return
    }
    this.#flush()
    const inverts = event.ctrlKey || event.metaKey
    this.#around.hand().press(this.#around.toImage(at), { inverts, scale: this.#around.scale() })
  }

  #move(event: PointerEvent, position: (event: MouseEvent) => Point): void {
    if (this.#resizing) {
      const { x, size } = this.#resizing
      return this.#around.resize(2 * (position(event).x - x), size)
    }
    const events = event.getCoalescedEvents()
    for (const part of events.length > 0 ? events : [event]) {
      this.#waiting.push(this.#around.toImage(position(part)))
    }
    if (this.#frame === 0) this.#frame = requestAnimationFrame(() => this.#flush())
  }

  #up(): void {
    if (this.#resizing) {
      this.#resizing = null
      return
    }
    this.#flush()
    const began = performance.now()
    this.#around.hand().release()
    performance.measure('mask-commit', { start: began })
  }

  #cancel(): void {
    this.#resizing = null
    this.#waiting = []
    this.#around.hand().cancel()
  }

  #flush(): void {
    if (this.#frame !== 0) cancelAnimationFrame(this.#frame)
    this.#frame = 0
    const points = this.#waiting
    this.#waiting = []
    if (points.length === 0) return
    const began = performance.now()
    this.#around.hand().move(points)
    performance.measure('mask-stroke', { start: began })
  }
}
