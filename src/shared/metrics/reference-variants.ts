/**
 * Pixel figures as DDAD's own code computes them, for comparison with its published numbers. They differ from
 * the definitions that bear the same names elsewhere; see docs/metrics.md.
 */
import { lowestKeyAbove, scoresOf } from './float-keys.ts'
import type { CensusImage } from './pixel-census.ts'
import { extremesOf, pixelsOf } from './pixel-sketch.ts'
import { lowerBound, placeKeys } from './placement.ts'

const THRESHOLDS = 200
const LIMIT = 0.3

/**
 * The reference's PRO. Regions are made of wholly covered pixels only (an eroded mask), 200 thresholds divide
 * the range of scores evenly, points below a false positive rate of 0.3 are kept and stretched by the largest
 * of them, and the area is taken by trapezoids without a point at 0.
 *
 * @returns Null without a region, or with fewer than two points below the limit.
 */
export function referencePro(images: readonly CensusImage[]): number | null {
  const sketches = images.map(({ sketch }) => sketch)
  const regions = images.reduce((sum, { marked }) => sum + marked.coreGains.length - 1, 0)
  const covered = images.reduce((sum, { marked }) => sum + marked.coverage, 0)
  const pixels = pixelsOf(sketches)
  const nominal = pixels - covered / 255
  if (regions === 0 || nominal === 0) return null
  // Thresholds that no score tells apart are one key.
  const keys = evenThresholds(images).map(lowestKeyAbove)
  const distinct = Int32Array.from(new Set(keys))
  const { below } = placeKeys(distinct, [sketches])[0]!
  const cores = coresFrom(images, distinct)
  const curve = keys.toReversed().map((key) => {
    const at = lowerBound(distinct, key)
    const found = pixels - below[at]!
    return {
      rate: (found - cores.pixels[at]!) / nominal,
      overlap: cores.gains[at]! / regions,
    }
  })
  return stretchedArea(curve.filter(({ rate }) => rate < LIMIT))
}

/** Wholly covered pixels from each key on, and the sum of their regions' overlaps. */
function coresFrom(images: readonly CensusImage[], keys: Int32Array) {
  const pixels = new Float64Array(keys.length + 1)
  const gains = new Float64Array(keys.length + 1)
  for (const { marked } of images) {
    for (let i = 0; i < marked.cores.length; i++) {
      const core = marked.cores[i]!
      if (core === 0) continue
      const passed = lowerBound(keys, marked.keys[i]! + 1)
      pixels[passed]! += 1
      gains[passed]! += marked.coreGains[core]!
    }
  }
  for (let passed = keys.length - 1; passed >= 1; passed--) {
    pixels[passed]! += pixels[passed + 1]!
    gains[passed]! += gains[passed + 1]!
  }
  return { pixels: pixels.subarray(1), gains: gains.subarray(1) }
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

function evenThresholds(images: readonly CensusImage[]): number[] {
  const ranges = images.flatMap(({ sketch }) => extremesOf(sketch) ?? [])
  const [low, high] = scoresOf(Int32Array.of(Math.min(...ranges), Math.max(...ranges)))
  const step = (high! - low!) / THRESHOLDS
  return Array.from({ length: THRESHOLDS }, (_, k) => low! + k * step)
}
