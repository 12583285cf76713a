import { expect, it } from 'vitest'
import {
  countPixels,
  decisionColours,
  enlargeMap,
  paintDecision,
  pixelFigures,
} from '../../../../../../src/renderer/src/areas/evaluation/reading/pixel-decision.ts'

const size = 16
/** Above 1 in the left half. */
const map = {
  size,
  values: Float32Array.from({ length: size * size }, (_, i) => (i % size < 8 ? 2 : 0)),
}
/** A defect in the upper half. */
const upper = (side: number) => new Uint8Array(side * side).fill(255, 0, (side * side) / 2)
const mask = { defect: upper(size), unknown: null }
/** Void in the lower half. */
const unknown = (side: number) => upper(side).map((value) => 255 - value)

it('counts found, falsely called, missed and passed pixels, without the unscored frame', () => {
  const quarter = (size * size) / 4
  expect(countPixels(map, mask, 1, false)).toEqual({
    found: quarter,
    alarms: quarter,
    missed: quarter,
    passed: quarter,
  })
  expect(countPixels(map, mask, 1, true)).toEqual({ found: 49, alarms: 49, missed: 49, passed: 49 })
  const half = { defect: upper(size), unknown: unknown(size) }
  expect(countPixels(map, half, 1, false)).toEqual({
    found: quarter,
    alarms: 0,
    missed: quarter,
    passed: 0,
  })
  expect(countPixels(map, null, 3, false)).toEqual({
    found: 0,
    alarms: 0,
    missed: 0,
    passed: size * size,
  })
})

it('paints each kind in its colour, with a line around what is called', () => {
  const side = 32
  const large = { defect: upper(side), unknown: null }
  const bytes = new Uint8ClampedArray(4 * side * side)
  paintDecision(enlargeMap(map, false, side), large, 1, { width: side, data: bytes })
  const at = (x: number, y: number) => [
    ...bytes.subarray(4 * (y * side + x), 4 * (y * side + x) + 3),
  ]
  expect(at(5, 8)).toEqual([...decisionColours.found])
  expect(at(5, 24)).toEqual([...decisionColours.alarm])
  expect(at(26, 8)).toEqual([...decisionColours.missed])
  expect(bytes[4 * (24 * side + 26) + 3]).toBe(0)
  const half = { defect: upper(side), unknown: unknown(side) }
  const clear = new Uint8ClampedArray(4 * side * side)
  paintDecision(enlargeMap(map, false, side), half, 1, { width: side, data: clear })
  expect([...clear.subarray(4 * (8 * side + 5), 4 * (8 * side + 5) + 3)]).toEqual([
    ...decisionColours.found,
  ])
  expect(clear[4 * (24 * side + 5) + 3]).toBe(0)
  const edges = Array.from({ length: side }, (_, x) => at(x, 8).join()).indexOf('255,255,255', 5)
  expect(edges).toBeGreaterThan(12)
  expect(edges).toBeLessThan(19)
})

it('reads figures at any threshold from the curve', () => {
  const curve = {
    thresholds: [3, 2, 1],
    truePositives: [1, 2, 4],
    falsePositives: [0, 2, 6],
    regionOverlap: [0.25, 0.5, 1],
    positives: 4,
    negatives: 10,
  }
  expect(pixelFigures(curve, 2)).toEqual({
    precision: 0.5,
    recall: 0.5,
    falsePositiveRate: 0.2,
    iou: 2 / 6,
    overlap: 0.5,
  })
  expect(pixelFigures(curve, 2.5)).toMatchObject({ precision: 1, recall: 0.25 })
  expect(pixelFigures(curve, 4)).toMatchObject({ precision: null, recall: 0, overlap: 0 })
})
