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
  const entry = (label: string, key: string, run: () => unknown): Action => ({
    group: 'Mask',
    label,
    key,
    run,
  })
  return [
    ...tools.map(({ id, label, key }) => entry(label, key, () => choose(id))),
    entry('Smaller brush', '[', () => options.stepSize(-1)),
    entry('Larger brush', ']', () => options.stepSize(1)),
    entry('Swap brush and eraser, or add and subtract', 'X', () => options.swap()),
    entry('Undo', 'Mod+Z', () => hand()?.busy || editing()?.undo()),
    entry('Redo', 'Mod+Shift+Z', () => hand()?.busy || editing()?.redo()),
    entry('Redo', 'Mod+Y', () => hand()?.busy || editing()?.redo()),
    entry('Close the polygon or apply the preview', 'Enter', () => hand()?.finish()),
    entry('Drop what is being drawn', 'Escape', () => {
      if (!hand()?.cancel()) handles.endComparison()
    }),
    entry('Take the last corner back', 'Backspace', () => hand()?.back()),
    entry('Contour only', 'C', () => options.set({ outlineOnly: !options.values.outlineOnly })),
    entry('Save as a new version', 'Mod+S', handles.save),
    entry('Show the whole image', 'F', handles.fit),
    entry('Zoom in', '+', () => handles.zoom(1.5)),
    entry('Zoom out', '-', () => handles.zoom(1 / 1.5)),
    entry('Back to the review', 'E', handles.close),
  ]
}
