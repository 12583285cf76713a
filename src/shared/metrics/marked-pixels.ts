import { connectedRuns, type RegionRuns } from './connected-components.ts'
import { bitsOf, keyOf } from './float-keys.ts'

/** Above this coverage, 0 … 255, a pixel is defective: more than half of it. */
export const HALF_COVERED = 127
/** Above this coverage a pixel is wholly covered. */
const NEARLY_COVERED = 254

/** An image's map with how much of each pixel a defect covers, 0 … 255; null is nominal everywhere. */
export interface CoveredMap {
  readonly width: number
  readonly height: number
  readonly map: Float32Array
  readonly mask: Uint8Array | null
  /** 1 where nobody can tell whether a pixel is defective, so that it counts nowhere; absent: nowhere. */
  readonly unknown?: Uint8Array | null
}

/** The pixels of an image that a defect touches. */
export interface MarkedPixels {
  readonly keys: Int32Array
  /** The region of defective pixels (more than half covered) that each belongs to, 1 …; 0: none. */
  readonly regions: Uint32Array
  /** 1 / area of each region; entry 0 is 0. */
  readonly gains: Float64Array
  /** The same of regions of wholly covered pixels. */
  readonly cores: Uint32Array
  readonly coreGains: Float64Array
  /** Sum of all coverages. */
  readonly coverage: number
}

const NONE: MarkedPixels = {
  keys: new Int32Array(0),
  regions: new Uint32Array(0),
  gains: new Float64Array(1),
  cores: new Uint32Array(0),
  coreGains: new Float64Array(1),
  coverage: 0,
}

export function markedPixels({ width, height, map, mask }: CoveredMap): MarkedPixels {
  if (!mask) return NONE
  const touched = connectedRuns(mask, width, height)
  const count = touched.areas.reduce((sum, area) => sum + area, 0)
  if (count === 0) return NONE
  const bits = bitsOf(map)
  const keys = new Int32Array(count)
  let coverage = 0
  let next = 0
  for (const [run, begin] of touched.begins.entries()) {
    const end = touched.ends[run]!
    for (let i = begin; i < end; i++) {
      keys[next++] = keyOf(bits[i]!)
      coverage += mask[i]!
    }
  }
  const half = connectedRuns(mask, width, height, HALF_COVERED, touched)
  const core = connectedRuns(mask, width, height, NEARLY_COVERED, half)
  return {
    keys,
    regions: labelsWithin(touched, half, count),
    gains: gainsOf(half),
    cores: labelsWithin(touched, core, count),
    coreGains: gainsOf(core),
    coverage,
  }
}

function gainsOf({ areas }: RegionRuns): Float64Array {
  return Float64Array.of(0, ...areas.map((area) => 1 / area))
}

/** Labels of the pixels of `outer`, run by run, each run of `inner` lying in one of them. */
function labelsWithin(outer: RegionRuns, inner: RegionRuns, count: number): Uint32Array {
  const labels = new Uint32Array(count)
  let at = 0
  let before = 0
  for (const [run, begin] of outer.begins.entries()) {
    const end = outer.ends[run]!
    for (; at < inner.begins.length && inner.begins[at]! < end; at++) {
      const from = before + inner.begins[at]! - begin
      labels.fill(inner.labels[at]!, from, before + inner.ends[at]! - begin)
    }
    before += end - begin
  }
  return labels
}
