/**
 * Pixel figures as DDAD's own code computes them, for comparison with its published numbers. They differ from
 * the definitions that bear the same names elsewhere; see docs/metrics.md.
 */
import type { MaskedMap } from './au-pro.ts'
import { connectedComponents } from './connected-components.ts'

const THRESHOLDS = 200
const LIMIT = 0.3

/**
 * The reference's PRO. Regions are made of fully covered pixels only (an eroded mask), 200 thresholds divide
 * the range of scores evenly, points below a false positive rate of 0.3 are kept and stretched by the largest
 * of them, and the area is taken by trapezoids without a point at 0.
 *
 * @param images With masks of coverage, 0 … 255. Null masks are nominal.
 * @returns Null without a region, or with fewer than two points below the limit.
 */
export function referencePro(images: readonly MaskedMap[]): number | null {
  const thresholds = evenThresholds(images)
  const overlaps = new Float64Array(THRESHOLDS + 1)
  const falsePositives = new Float64Array(THRESHOLDS + 1)
  let nominal = 0
  let regions = 0
  for (const { width, height, map, mask } of images) {
    const found = mask && connectedComponents(mask, width, height, 254)
    regions += found?.areas.length ?? 0
    for (let i = 0; i < map.length; i++) {
      const passed = thresholdsPassed(map[i]!, thresholds)
      const label = found?.labels[i] ?? 0
      if (label > 0) overlaps[passed]! += 1 / found!.areas[label - 1]!
      else falsePositives[passed]! += 1
      nominal += 1 - (mask?.[i] ?? 0) / 255
    }
  }
  if (regions === 0 || nominal === 0) return null
  const curve: { rate: number; overlap: number }[] = []
  let above = 0
  let overlap = 0
  // A pixel that passes k thresholds is above thresholds 0 … k − 1.
  for (let k = THRESHOLDS; k >= 1; k--) {
    above += falsePositives[k]!
    overlap += overlaps[k]!
    curve.push({ rate: above / nominal, overlap: overlap / regions })
  }
  return stretchedArea(curve.filter(({ rate }) => rate < LIMIT))
}

function stretchedArea(curve: readonly { rate: number; overlap: number }[]): number | null {
  const largest = curve.at(-1)?.rate ?? 0
  if (curve.length < 2 || largest === 0) return null
  let area = 0
  for (let i = 1; i < curve.length; i++) {
    const [from, to] = [curve[i - 1]!, curve[i]!]
    area += ((to.rate - from.rate) / largest) * ((to.overlap + from.overlap) / 2)
  }
  return Math.min(1, area)
}

function evenThresholds(images: readonly MaskedMap[]): Float64Array {
  let low = Infinity
  let high = -Infinity
  for (const { map } of images) {
    for (let i = 0; i < map.length; i++) {
      const score = map[i]!
      if (score < low) low = score
      if (score > high) high = score
    }
  }
  const step = (high - low) / THRESHOLDS
  return Float64Array.from({ length: THRESHOLDS }, (_, k) => low + k * step)
}

/** How many thresholds lie strictly below the score. */
function thresholdsPassed(score: number, thresholds: Float64Array): number {
  const low = thresholds[0]!
  const step = thresholds[1]! - low
  let passed = step > 0 ? Math.min(THRESHOLDS, Math.max(0, Math.ceil((score - low) / step))) : 0
  // Rounding of the division may be off by one; the comparison decides.
  while (passed > 0 && !(score > thresholds[passed - 1]!)) passed -= 1
  while (passed < THRESHOLDS && score > thresholds[passed]!) passed += 1
  return passed
}
