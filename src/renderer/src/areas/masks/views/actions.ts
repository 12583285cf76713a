import type { Action } from '../../../commands/commands.svelte.ts'
import type { MaskEditing } from '../../../mask-editor/editing.svelte.ts'
import type { Hand } from '../../../mask-editor/hand.ts'
import type { ToolId, ToolOptions } from '../../../mask-editor/options.svelte.ts'
import { tools } from './tools.ts'

interface Handles {
  readonly options: ToolOptions
  readonly editing: () => MaskEditing | null
  readonly hand: () => Hand | null
  readonly choose: (tool: ToolId) => void
  readonly save: () => void
  readonly close: () => void
  readonly fit: () => void
  readonly zoom: (factor: number) => void
  readonly endComparison: () => void
}

/** The keyboard of the mask editor. */
export function editActions(handles: Handles): readonly Action[] {
  const { options, editing, hand, choose } = handles
  const entry = (id: string, label: string, key: string, run: () => unknown): Action => ({
    id: `mask.${id}`,
    group: 'Mask',
    label,
    key,
    run,
  })
  return [
    ...tools.map(({ id, label, key }) => entry(id, label, key, () => choose(id))),
    entry('smaller', 'Smaller brush', '[', () => options.stepSize(-1)),
    entry('larger', 'Larger brush', ']', () => options.stepSize(1)),
    entry('swap', 'Swap brush and eraser, or add and subtract', 'X', () => options.swap()),
    entry('undo', 'Undo', 'Mod+Z', () => hand()?.busy || editing()?.undo()),
    entry('redo', 'Redo', 'Mod+Shift+Z', () => hand()?.busy || editing()?.redo()),
    entry('redo-y', 'Redo', 'Mod+Y', () => hand()?.busy || editing()?.redo()),
    entry('apply', 'Close the polygon or apply the preview', 'Enter', () => hand()?.finish()),
    entry('cancel', 'Drop what is being drawn', 'Escape', () => {
      if (!hand()?.cancel()) handles.endComparison()
    }),
    entry('back', 'Take the last corner back', 'Backspace', () => hand()?.back()),
    entry('contour', 'Contour only', 'C', () =>
      options.set({ outlineOnly: !options.values.outlineOnly }),
    ),
    entry('save', 'Save as a new version', 'Mod+S', handles.save),
    entry('fit', 'Show the whole image', 'F', handles.fit),
    entry('zoom-in', 'Zoom in', '+', () => handles.zoom(1.5)),
    entry('zoom-out', 'Zoom out', '-', () => handles.zoom(1 / 1.5)),
    entry('close', 'Back to the review', 'E', handles.close),
  ]
}
