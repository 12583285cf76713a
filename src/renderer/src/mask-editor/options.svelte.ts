import type { PaintFilter } from '../../../shared/masks/paint-filter.ts'

export type ToolId =
  | 'brush'
  | 'eraser'
  | 'polygon'
  | 'lasso'
  | 'rectangle'
  | 'ellipse'
  | 'fill'
  | 'wand'
  | 'threshold'
  | 'region'

/** A range in which painting has an effect. */
export interface Range {
  readonly on: boolean
  readonly min: number
  readonly max: number
}

interface Values {
  tool: ToolId
  /** The tool before, to which a tap on space goes back. */
  lastTool: ToolId
  /** Diameters in image pixels. */
  brushSize: number
  eraserSize: number
  /** What shapes, fills and selections do. */
  adds: boolean
  classIndex: number
  /** Largest distance in RGB, 0 … 442. */
  tolerance: number
  contiguous: boolean
  stopAtMask: boolean
  diagonal: boolean
  thresholdSource: 'image' | 'heat-map'
  intensity: Range
  heat: Range
  radius: number
  islandPixels: number
  opacity: number
  outlineOnly: boolean
}

export const MAX_BRUSH = 500

const STORAGE_KEY = 'mask-editor'
const defaults: Values = {
  tool: 'brush',
  lastTool: 'eraser',
  brushSize: 20,
  eraserSize: 30,
  adds: true,
  classIndex: 1,
  tolerance: 24,
  contiguous: true,
  stopAtMask: false,
  diagonal: false,
  thresholdSource: 'image',
  intensity: { on: false, min: 0, max: 255 },
  heat: { on: false, min: 0, max: Infinity },
  radius: 3,
  islandPixels: 25,
  opacity: 0.4,
  outlineOnly: false,
}

function stored(): Values {
  try {
    const value: unknown = JSON.parse(localStorage.getItem(STORAGE_KEY) ?? '{}')
    const { brushSize, eraserSize, opacity, radius, islandPixels, tolerance } = {
      ...defaults,
      ...(value as Partial<Values>),
    }
    return { ...defaults, brushSize, eraserSize, opacity, radius, islandPixels, tolerance }
  } catch {
    return defaults
  }
}

/** The tool in hand and its settings. Sizes and the opacity are remembered on this machine. */
export class ToolOptions {
  #values = $state.raw(stored())

  get values(): Readonly<Values> {
    return this.#values
  }

  set(change: Partial<Values>): void {
    this.#values = { ...this.#values, ...change }
    const { brushSize, eraserSize, opacity, radius, islandPixels, tolerance } = this.#values
    const kept = { brushSize, eraserSize, opacity, radius, islandPixels, tolerance }
    localStorage.setItem(STORAGE_KEY, JSON.stringify(kept))
  }

  /** Takes a tool up; the one before is remembered. */
  choose(tool: ToolId): void {
    const { tool: before, lastTool } = this.#values
    if (tool !== before) this.set({ tool, lastTool: before })
    else this.set({ tool, lastTool })
  }

  swapTools(): void {
    const { tool, lastTool } = this.#values
    this.set({ tool: lastTool, lastTool: tool })
  }

  /** Brush and eraser change places; with every other tool, adding and taking away. */
  swap(): void {
    const { tool, adds } = this.#values
    if (tool === 'brush') this.choose('eraser')
    else if (tool === 'eraser') this.choose('brush')
    else this.set({ adds: !adds })
  }

  /** Diameter of the brush or eraser in hand. */
  get size(): number {
    return this.#values.tool === 'eraser' ? this.#values.eraserSize : this.#values.brushSize
  }

  setSize(size: number): void {
    const whole = Math.min(MAX_BRUSH, Math.max(1, Math.round(size)))
    this.set(this.#values.tool === 'eraser' ? { eraserSize: whole } : { brushSize: whole })
  }

  /** One step larger or smaller: a tenth, at least a pixel. */
  stepSize(direction: 1 | -1): void {
    this.setSize(this.size + direction * Math.max(1, Math.round(this.size / 10)))
  }
}

/** The ranges that are on, as rules of painting. */
export function filtersOf(
  { intensity, heat }: Pick<Values, 'intensity' | 'heat'>,
  planes: { intensity: () => PaintFilter['plane']; heat: PaintFilter['plane'] | null },
): PaintFilter[] {
  const filters: PaintFilter[] = []
  if (intensity.on) filters.push({ plane: planes.intensity(), ...intensity })
  if (heat.on && planes.heat) filters.push({ plane: planes.heat, ...heat })
  return filters
}
