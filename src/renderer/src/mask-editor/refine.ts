import type { Size } from '../../../shared/masks/box.ts'
import { fillHoles } from '../../../shared/masks/regions/fill-holes.ts'
import { removeIslands } from '../../../shared/masks/regions/islands.ts'
import { close, grow, open, shrink, smooth } from '../../../shared/masks/regions/morphology.ts'
import type { Selection } from '../../../shared/masks/selection.ts'

export interface RefineSettings {
  /** Pixels. */
  readonly radius: number
  /** Smaller regions are islands, in pixels. */
  readonly islandPixels: number
}

export interface Refinement {
  readonly id: string
  readonly label: string
  readonly hint: string
  readonly apply: (selection: Selection, settings: RefineSettings, size: Size) => Selection
}

/** What can be done to all pixels of a class at once. */
export const refinements: readonly Refinement[] = [
  {
    id: 'grow',
    label: 'Grow',
    hint: 'Adds the pixels at most the radius away',
    apply: (selection, { radius }, size) => grow(selection, radius, size),
  },
  {
    id: 'shrink',
    label: 'Shrink',
    hint: 'Removes the pixels at most the radius from the outside',
    apply: (selection, { radius }, size) => shrink(selection, radius, size),
  },
  {
    id: 'open',
    label: 'Open',
    hint: 'Shrinks, then grows: removes thin lines and specks',
    apply: (selection, { radius }, size) => open(selection, radius, size),
  },
  {
    id: 'close',
    label: 'Close',
    hint: 'Grows, then shrinks: closes gaps and cracks',
    apply: (selection, { radius }, size) => close(selection, radius, size),
  },
  {
    id: 'smooth',
    label: 'Smooth',
    hint: 'Majority of the pixels around each pixel',
    apply: (selection, { radius }, size) => smooth(selection, Math.round(radius), size),
  },
  {
    id: 'fill-holes',
    label: 'Fill holes',
    hint: 'Fills what is enclosed on all sides',
    apply: (selection) => fillHoles(selection),
  },
  {
    id: 'islands',
    label: 'Remove islands',
    hint: 'Removes connected regions below the number of pixels',
    apply: (selection, { islandPixels }) => removeIslands(selection, islandPixels),
  },
]
