import { difference } from '../../../shared/masks/boolean.ts'
import type { Draft } from '../../../shared/masks/draft.ts'
import type { Mask } from '../../../shared/masks/mask.ts'
import { selectClass } from '../../../shared/masks/selection.ts'

export interface Combination {
  readonly id: 'copy' | 'union' | 'intersection' | 'difference'
  readonly label: string
  readonly hint: string
}

/** What can be done with another mask of the same size. */
export const combinations: readonly Combination[] = [
  { id: 'copy', label: 'Copy', hint: 'Takes the other mask over as it is' },
  { id: 'union', label: 'Union', hint: 'Adds what the other mask marks' },
  { id: 'intersection', label: 'Intersection', hint: 'Keeps only what the other mask marks too' },
  { id: 'difference', label: 'Difference', hint: 'Removes what the other mask marks' },
]

/**
 * Combines a mask with another of the same size. Pixels that are marked keep their class; those that a
 * union adds get the one that they have in the other mask.
 */
export function combine(draft: Draft, other: Mask, kind: Combination['id']): void {
  if (kind === 'copy') {
    draft.replaceWith(other)
    return
  }
  const own = selectClass(draft.mask)
  const theirs = selectClass(other)
  if (kind === 'difference') draft.set(theirs, 0)
  else if (kind === 'intersection') draft.set(difference(own, theirs), 0)
  else {
    const present = new Set(other.data)
    present.delete(0)
    for (const classIndex of present) {
      draft.set(difference(selectClass(other, classIndex), own), classIndex)
    }
  }
}
