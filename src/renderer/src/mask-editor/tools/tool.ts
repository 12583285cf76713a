import type { Box, Point } from '../../../../shared/masks/box.ts'
import type { MaskEditor } from '../../../../shared/masks/edit.ts'
import type { Plane, RgbaImage } from '../../../../shared/masks/planes.ts'
import type { Selection } from '../../../../shared/masks/selection.ts'
import type { ToolOptions } from '../options.svelte.ts'

/** What the tools work on. Points are in image pixels. */
export interface Bench {
  readonly editor: MaskEditor
  readonly image: RgbaImage
  readonly intensity: () => Plane
  readonly heat: Plane | null
  readonly options: ToolOptions
  /** Pixels of the mask changed, in the middle of a stroke or at its end. */
  changed(box: Box): void
  /** A stroke has become an undo item. */
  committed(box: Box): void
  /** Shows what would be changed until it is applied or dropped. */
  propose(selection: Selection | null, label: string): void
  /** Tells the user why a tool did nothing. */
  say(remark: string): void
  /** Lines that are being drawn, closed or not; null for none. */
  sketch(points: readonly Point[] | null): void
}

/** A drag with the primary button, from press to release. */
export interface Drag {
  move(points: readonly Point[]): void
  end(): void
  cancel(): void
}

/** Gives the selected pixels the class in hand, or takes them away, as one undo item. */
export function apply(bench: Bench, label: string, selection: Selection, adds: boolean): void {
  const classIndex = adds ? bench.options.values.classIndex : 0
  bench.committed(bench.editor.apply(label, (draft) => draft.set(selection, classIndex)))
}
