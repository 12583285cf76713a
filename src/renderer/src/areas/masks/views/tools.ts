import Brush from '@lucide/svelte/icons/brush'
import Circle from '@lucide/svelte/icons/circle'
import Contrast from '@lucide/svelte/icons/contrast'
import Eraser from '@lucide/svelte/icons/eraser'
import Flame from '@lucide/svelte/icons/flame'
import Lasso from '@lucide/svelte/icons/lasso'
import PaintBucket from '@lucide/svelte/icons/paint-bucket'
import Pentagon from '@lucide/svelte/icons/pentagon'
import Square from '@lucide/svelte/icons/square'
import WandSparkles from '@lucide/svelte/icons/wand-sparkles'
import type { Component } from 'svelte'
import type { ToolId } from '../../../mask-editor/options.svelte.ts'

export interface ToolEntry {
  readonly id: ToolId
  readonly label: string
  readonly key: string
  readonly icon: Component
  /** What to do with it, in one line. */
  readonly hint: string
}

/** The rail, from top to bottom, with the number keys. */
export const tools: readonly ToolEntry[] = [
  {
    id: 'brush',
    label: 'Brush',
    key: '1',
    icon: Brush,
    hint: 'Drag to paint · Ctrl erases · wheel or Alt-drag: size · Ctrl+wheel: zoom',
  },
  {
    id: 'eraser',
    label: 'Eraser',
    key: '2',
    icon: Eraser,
    hint: 'Drag to erase · Ctrl paints · wheel or Alt-drag: size · Ctrl+wheel: zoom',
  },
  {
    id: 'polygon',
    label: 'Polygon',
    key: '3',
    icon: Pentagon,
    hint: 'Click corners · double click, Enter or the first corner closes · Backspace: back · Esc: drop',
  },
  {
    id: 'lasso',
    label: 'Lasso',
    key: '4',
    icon: Lasso,
    hint: 'Drag around the defect · Ctrl takes away',
  },
  {
    id: 'rectangle',
    label: 'Rectangle',
    key: '5',
    icon: Square,
    hint: 'Drag from corner to corner · Ctrl takes away',
  },
  {
    id: 'ellipse',
    label: 'Ellipse',
    key: '6',
    icon: Circle,
    hint: 'Drag from corner to corner · Ctrl takes away',
  },
  {
    id: 'fill',
    label: 'Fill',
    key: '7',
    icon: PaintBucket,
    hint: 'Click an enclosed area to fill it · Ctrl-click a region to remove it',
  },
  {
    id: 'wand',
    label: 'Magic wand',
    key: '8',
    icon: WandSparkles,
    hint: 'Press on a colour, drag sideways for the tolerance · Enter applies · Esc drops',
  },
  {
    id: 'threshold',
    label: 'Threshold',
    key: '9',
    icon: Contrast,
    hint: 'Choose a range of grey levels or of the heat map · Enter applies · Esc drops',
  },
  {
    id: 'region',
    label: 'Region of the heat map',
    key: '0',
    icon: Flame,
    hint: 'Click a hot region to take it over · Ctrl-click takes it away',
  },
]
