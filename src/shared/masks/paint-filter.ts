import type { Mask } from './mask.ts'
import { bilinearSampler, type Plane } from './planes.ts'
import { trimSelection, type Selection } from './selection.ts'

/** Lets changes through only where min ≤ value ≤ max. A plane of another size is sampled. */
export interface PaintFilter {
  readonly plane: Plane
  readonly min: number
  readonly max: number
}

/** What an edit may change: all filters must agree and the pixel's present class must not be locked. */
export interface PaintRules {
  readonly filters: readonly PaintFilter[]
  /** Classes whose pixels stay as they are; 0 locks the nominal pixels. */
  readonly lockedClasses: ReadonlySet<number>
}

export const PAINT_ANYWHERE: PaintRules = { filters: [], lockedClasses: new Set() }

/** The pixels of a selection, within the mask, that the rules allow to change. */
export function restrictSelection(selection: Selection, mask: Mask, rules: PaintRules): Selection {
  if (rules.filters.length === 0 && rules.lockedClasses.size === 0) return selection
  const samplers = rules.filters.map(({ plane, min, max }) => {
    const sample = bilinearSampler(plane, mask)
    return (x: number, y: number): boolean => {
      const value = sample(x, y)
      return value >= min && value <= max
    }
  })
  const { box } = selection
  const bits = selection.bits.slice()
  for (let i = 0; i < bits.length; i++) {
    if (bits[i] === 0) continue
    const x = box.x + (i % box.width)
    const y = box.y + Math.floor(i / box.width)
    const inside = x >= 0 && y >= 0 && x < mask.width && y < mask.height
    const open = inside && !rules.lockedClasses.has(mask.data[y * mask.width + x]!)
    if (!open || !samplers.every((accepts) => accepts(x, y))) bits[i] = 0
  }
  return trimSelection({ box, bits })
}
