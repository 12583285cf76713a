import type { Mask } from './mask.ts'
import { bilinearSampler, type Plane } from './planes.ts'

/** How well "map ≥ threshold" agrees with the defects of a mask. Null where a ratio is 0 / 0. */
export interface Overlap {
  readonly truePositives: number
  readonly falsePositives: number
  readonly falseNegatives: number
  /** Intersection over union, 0 … 1. */
  readonly iou: number | null
  readonly precision: number | null
  readonly recall: number | null
}

/** Compares a heat map, sampled bilinearly at the mask's size, with any defect class of the mask. */
export function overlapAt(map: Plane, mask: Mask, threshold: number): Overlap {
  const sample = bilinearSampler(map, mask)
  let truePositives = 0
  let falsePositives = 0
  let falseNegatives = 0
  for (let y = 0, i = 0; y < mask.height; y++) {
    for (let x = 0; x < mask.width; x++, i++) {
      const predicted = sample(x, y) >= threshold
      const defect = mask.data[i] !== 0
      if (predicted && defect) truePositives++
      else if (predicted) falsePositives++
      else if (defect) falseNegatives++
    }
  }
  const predicted = truePositives + falsePositives
  const defects = truePositives + falseNegatives
  return {
    truePositives,
    falsePositives,
    falseNegatives,
    iou: ratio(truePositives, predicted + falseNegatives),
    precision: ratio(truePositives, predicted),
    recall: ratio(truePositives, defects),
  }
}

function ratio(part: number, whole: number): number | null {
  return whole === 0 ? null : part / whole
}
