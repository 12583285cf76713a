import type { PixelCurve } from '../../../../../shared/evaluation/cached-figures.ts'
import { frameWidth } from '../../../../../shared/metrics/stored-maps.ts'
import type { HeatMap } from '../../../viewer/heat-map.ts'

/** Okabe and Ito's colours, apart with any colour vision: found, false alarm, missed. */
export const decisionColours = {
  found: [0, 178, 128],
  alarm: [230, 97, 0],
  missed: [70, 165, 245],
} as const

/** What the mask says of the pixels of a square. */
export interface MaskCoverage {
  /** How much of each is covered by defects, 0 … 255: over 127 it counts as a defect. */
  readonly defect: Uint8Array
  /** More than half of a pixel is void over 127: it counts nowhere. Null: no pixel is. */
  readonly unknown: Uint8Array | null
}

export interface PixelCounts {
  readonly found: number
  readonly alarms: number
  readonly missed: number
  readonly passed: number
}

/** Pixels of an image at a threshold, counted on the map as the figures are; the unscored frame and what is void are left out. */
export function countPixels(
  map: HeatMap,
  mask: MaskCoverage | null,
  threshold: number,
  crop: boolean,
): PixelCounts {
  const { size, values } = map
  const frame = frameWidth(size, crop)
  let [found, alarms, missed, passed] = [0, 0, 0, 0]
  for (let y = frame; y < size - frame; y += 1) {
    for (let x = frame; x < size - frame; x += 1) {
      const at = y * size + x
      if ((mask?.unknown?.[at] ?? 0) > 127) continue
      const called = (values[at] ?? 0) >= threshold
      const defective = mask !== null && (mask.defect[at] ?? 0) > 127
      if (called && defective) found += 1
      else if (called) alarms += 1
      else if (defective) missed += 1
      else passed += 1
    }
  }
  return { found, alarms, missed, passed }
}

/**
 * A map interpolated to a picture of `side` × `side`, so that outlines are smooth; −Infinity in the unscored frame.
 */
export function enlargeMap({ size, values }: HeatMap, crop: boolean, side: number): Float64Array {
  const large = new Float64Array(side * side).fill(-Infinity)
  const scale = size / side
  const first = Math.ceil(frameWidth(size, crop) / scale)
  const end = side - first
  // Where each column and row of the picture lies between two of the map.
  const places = Float64Array.from({ length: side }, (_, i) =>
    Math.min(size - 1.001, Math.max(0, (i + 0.5) * scale - 0.5)),
  )
  for (let y = first; y < end; y += 1) {
    const top = Math.floor(places[y]!)
    const down = places[y]! - top
    for (let x = first; x < end; x += 1) {
      const place = places[x]!
      const left = place | 0
      const across = place - left
      const at = top * size + left
      const upper = values[at]! + across * (values[at + 1]! - values[at]!)
      const lower = values[at + size]! + across * (values[at + size + 1]! - values[at + size]!)
      large[y * side + x] = upper + down * (lower - upper)
    }
  }
  return large
}

/**
 * Paints RGBA bytes of a square picture: pixels coloured by whether they are found, falsely called or missed, with a
 * full line around what is called defective. What is void has no colour.
 *
 * @param large From {@link enlargeMap}, of the picture's side.
 * @param mask Of the picture's side; null is nominal everywhere.
 */
export function paintDecision(
  large: Float64Array,
  mask: MaskCoverage | null,
  threshold: number,
  { width: side, data }: Pick<ImageData, 'width' | 'data'>,
): void {
  const pixels = new Uint32Array(data.buffer)
  const called = new Uint8Array(side * side)
  const colours = Uint32Array.of(0, packed('missed'), packed('alarm'), packed('found'))
  for (let at = 0; at < called.length; at += 1) called[at] = large[at]! >= threshold ? 2 : 0
  for (let at = 0; at < pixels.length; at += 1) {
    const defective = mask === null ? 0 : mask.defect[at]! >> 7
    const isVoid = mask?.unknown ? mask.unknown[at]! >> 7 : 0
    pixels[at] = isVoid ? 0 : colours[called[at]! | defective]!
  }
  for (let at = 0; at < called.length; at += 1) {
    if (called[at] === 0) continue
    const inside = called[at - 1]! & called[at + 1]! & called[at - side]! & called[at + side]!
    if (inside === 0) pixels[at] = OUTLINE
  }
}

const OUTLINE = 0xffffffff

/** A colour as canvas memory holds it: red in the lowest byte, little-endian as all machines here are. */
function packed(kind: keyof typeof decisionColours): number {
  const [red, green, blue] = decisionColours[kind]
  return ((120 << 24) | (blue << 16) | (green << 8) | red) >>> 0
}

/** Figures of all test pixels at a threshold, in [0, 1]; null where undefined. */
export function pixelFigures(curve: PixelCurve, threshold: number) {
  const { thresholds, truePositives, falsePositives, regionOverlap, positives, negatives } = curve
  // Thresholds fall; the last one that is at least the wanted one holds its counts.
  let first = 0
  let end = thresholds.length
  while (first < end) {
    const middle = (first + end) >>> 1
    if ((thresholds[middle] ?? 0) >= threshold) first = middle + 1
    else end = middle
  }
  const found = truePositives[first - 1] ?? 0
  const alarms = falsePositives[first - 1] ?? 0
  const ratio = (part: number, whole: number) => (whole === 0 ? null : part / whole)
  return {
    precision: ratio(found, found + alarms),
    recall: ratio(found, positives),
    falsePositiveRate: ratio(alarms, negatives),
    iou: ratio(found, positives + alarms),
    overlap: positives === 0 ? null : (regionOverlap[first - 1] ?? 0),
  }
}
