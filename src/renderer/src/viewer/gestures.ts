import type { Point } from './viewport.ts'

/** What the user wants of the view; positions are CSS pixels from the element's corner. */
export interface ViewGestures {
  zoom(factor: number, anchor: Point): void
  pan(dx: number, dy: number): void
  fit(): void
  /** The pointer moved without a button; null when it left. */
  hover(position: Point | null): void
  /** Takes a wheel turn for something else than zooming; true when it did. */
  wheel?(event: WheelEvent): boolean
  /** A mask editor takes the primary button for its tools; then only space and the middle button pan. */
  readonly primaryPans: boolean
  /** Draws a rectangle instead of panning: with Shift, or always while `selecting`. `done` comes with the last. */
  readonly select?: ((from: Point, to: Point, done: boolean) => void) | undefined
  readonly selecting?: boolean
}

/** Listens for wheel, drag, space and double click on an element; the returned function ends it. */
export function attachGestures(element: HTMLElement, gestures: ViewGestures): () => void {
  const ending = new AbortController()
  const options = { signal: ending.signal }
  let space = false
  let dragging: Point | null = null
  let selectedFrom: Point | null = null

  const position = (event: MouseEvent): Point => {
    const box = element.getBoundingClientRect()
    return { x: event.clientX - box.left, y: event.clientY - box.top }
  }

  element.addEventListener(
    'wheel',
    (event) => {
      event.preventDefault()
      if (gestures.wheel?.(event)) return
      const pixels = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? 33 : 1
      gestures.zoom(Math.exp(-event.deltaY * pixels * 0.0016), position(event))
    },
    { ...options, passive: false },
  )
  element.addEventListener(
    'pointerdown',
    (event) => {
      if (event.button === 0 && gestures.select && (gestures.selecting || event.shiftKey)) {
        selectedFrom = position(event)
        element.setPointerCapture(event.pointerId)
        event.stopImmediatePropagation()
        return
      }
      const pans = event.button === 1 || (event.button === 0 && (space || gestures.primaryPans))
      if (!pans) return
      dragging = position(event)
      element.setPointerCapture(event.pointerId)
      event.stopImmediatePropagation()
    },
    options,
  )
  element.addEventListener(
    'pointermove',
    (event) => {
      const now = position(event)
      if (selectedFrom) gestures.select?.(selectedFrom, now, false)
      if (dragging) {
        gestures.pan(now.x - dragging.x, now.y - dragging.y)
        dragging = now
      }
      gestures.hover(now)
    },
    options,
  )
  const release = (): void => {
    dragging = null
    selectedFrom = null
  }
  element.addEventListener(
    'pointerup',
    (event) => {
      if (selectedFrom) gestures.select?.(selectedFrom, position(event), true)
      release()
    },
    options,
  )
  element.addEventListener('pointercancel', release, options)
  element.addEventListener('pointerleave', () => gestures.hover(null), options)
  element.addEventListener('dblclick', () => gestures.fit(), options)
  window.addEventListener('keydown', (event) => (space ||= event.key === ' '), options)
  window.addEventListener('keyup', (event) => (space &&= event.key !== ' '), options)
  window.addEventListener('blur', () => (space = false), options)
  return () => ending.abort()
}
