import { verdictNames, verdicts } from '../../../../../../shared/datasets/review.ts'
import type { ListedImage } from '../../../../../../shared/ipc/routes/images.ts'
import type { ReviewPatch } from '../../../../../../shared/ipc/routes/reviews.ts'
import type { MenuItem } from '../../../../ui/menu-item.ts'

interface Hands {
  readonly open: () => void
  readonly edit: () => void
  readonly select: () => void
  readonly set: (patch: ReviewPatch) => void
}

/** What a right click on an image offers: first for the image alone, then for all that are meant. */
export function tileMenu(
  image: ListedImage,
  meant: number,
  selected: boolean,
  { open, edit, select, set }: Hands,
): readonly (readonly MenuItem[])[] {
  const many = meant > 1 ? ` (${meant} images)` : ''
  return [
    [
      { label: 'Open', testid: 'tile-open', run: open },
      { label: image.maskVersionId === null ? 'Draw a mask' : 'Edit the mask', run: edit },
      { label: selected ? 'Leave out of the selection' : 'Add to the selection', run: select },
    ],
    verdicts.map((verdict) => ({
      label: `${verdictNames[verdict]}${many}`,
      testid: `tile-${verdict}`,
      run: () => set({ verdict }),
    })),
    [
      {
        label: `Label should be good${many}`,
        run: () => set({ label: 'nominal', verdict: 'label-wrong' }),
      },
      {
        label: `Label should be defective${many}`,
        run: () => set({ label: 'anomalous', verdict: 'label-wrong' }),
      },
    ],
  ]
}
