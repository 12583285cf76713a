import type { ChartType, Plugin } from 'chart.js'

/** Where a chart's plot lies in its canvas, in CSS pixels, with the ends of its axes. */
export interface PlotArea {
  readonly left: number
  readonly right: number
  readonly top: number
  readonly bottom: number
  readonly x: { readonly min: number; readonly max: number }
  readonly y: { readonly min: number; readonly max: number }
}

/** Tells where the plot lies, so that cursors are drawn over it without drawing the chart again. */
export function plotWatcher<Type extends ChartType>(
  onchange: (area: PlotArea) => void,
): Plugin<Type> {
  return {
    id: 'plot-area',
    afterLayout({ chartArea, scales }) {
      const { left, right, top, bottom } = chartArea
      const { x, y } = scales
      onchange({
        left,
        right,
        top,
        bottom,
        x: { min: x?.min ?? 0, max: x?.max ?? 1 },
        y: { min: y?.min ?? 0, max: y?.max ?? 1 },
      })
    },
  }
}

/** A place in the canvas for a value of the x axis. */
export function toPlotX({ left, right, x }: PlotArea, value: number): number {
  return left + ((value - x.min) / (x.max - x.min)) * (right - left)
}

export function toPlotY({ top, bottom, y }: PlotArea, value: number): number {
  return bottom - ((value - y.min) / (y.max - y.min)) * (bottom - top)
}

/** Values of both axes under a pointer, kept inside the plot. */
export function plotValues(area: PlotArea, event: PointerEvent & { currentTarget: Element }) {
  const box = event.currentTarget.getBoundingClientRect()
  const share = (at: number, from: number, to: number) =>
    Math.min(1, Math.max(0, (at - from) / (to - from)))
  const across = share(event.clientX - box.left, area.left, area.right)
  const up = share(event.clientY - box.top, area.bottom, area.top)
  return {
    x: area.x.min + across * (area.x.max - area.x.min),
    y: area.y.min + up * (area.y.max - area.y.min),
  }
}
