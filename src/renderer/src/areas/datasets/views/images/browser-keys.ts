import { verdictNames, verdicts } from '../../../../../../shared/datasets/review.ts'
import type { ReviewPatch } from '../../../../../../shared/ipc/routes/reviews.ts'
import type { Action } from '../../../../commands/commands.svelte.ts'
import { verdictKeys } from '../../state/verdicts.ts'
import type { ImageSelection } from '../../state/image-selection.svelte.ts'
import type { Reviewing } from '../../../maps/state/reviewing.svelte.ts'

/** Rows that Page Up and Page Down move by. */
const PAGE_ROWS = 4

/** Moves through the tiles and chooses them by keyboard. */
export function gridKeys(
  event: KeyboardEvent,
  selection: ImageSelection,
  columns: number,
  open: (index: number) => void,
): void {
  const { cursor } = selection
  const targets: Readonly<Record<string, number>> = {
    ArrowRight: cursor + 1,
    ArrowLeft: cursor - 1,
    ArrowDown: cursor + columns,
    ArrowUp: cursor - columns,
    PageDown: cursor + PAGE_ROWS * columns,
    PageUp: cursor - PAGE_ROWS * columns,
    Home: 0,
    End: Infinity,
  }
  const target = targets[event.key]
  if (event.ctrlKey || event.metaKey || event.altKey) return
  if (target !== undefined) selection.move(target, event.shiftKey)
  else if (event.key === ' ') selection.toggle(cursor)
  else if (event.key === 'Enter') open(cursor)
  else return
  event.preventDefault()
  event.stopPropagation()
}

interface Browser {
  readonly selection: ImageSelection
  readonly reviewing: Reviewing
  readonly set: (patch: ReviewPatch) => void
}

/** What can be done with the images that are chosen, or with the one that the keyboard is on. */
export function browserActions({ selection, reviewing, set }: Browser): readonly Action[] {
  const group = 'Images'
  return [
    ...verdicts.map((verdict): Action => ({
      group,
      label: `Verdict: ${verdictNames[verdict].toLowerCase()}`,
      key: verdictKeys[verdict],
      run: () => set({ verdict }),
    })),
    {
      group,
      label: 'Label should be good',
      key: 'Shift+G',
      run: () => set({ label: 'nominal', verdict: 'label-wrong' }),
    },
    {
      group,
      label: 'Label should be defective',
      key: 'Shift+D',
      run: () => set({ label: 'anomalous', verdict: 'label-wrong' }),
    },
    {
      group,
      label: 'Select all images of the list',
      key: 'Mod+A',
      run: () => selection.all(),
    },
    {
      group,
      label: 'Clear the selection',
      key: 'Escape',
      enabled: () => selection.size > 0,
      run: () => selection.clear(),
    },
    {
      group,
      label: 'Take the last verdict back',
      key: 'Mod+Z',
      enabled: () => reviewing.canUndo,
      run: () => reviewing.undo(),
    },
  ]
}
