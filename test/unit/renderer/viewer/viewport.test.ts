import fc from 'fast-check'
import { expect, it } from 'vitest'
import { Viewport } from '../../../../src/renderer/src/viewer/viewport.ts'

const image = { width: 900, height: 700 }
const pane = { width: 400, height: 300 }

it('shows the whole image in the middle', () => {
  const view = Viewport.fit(image, pane)
  const corner = view.toScreen({ x: image.width, y: image.height })
  expect(view.x).toBeGreaterThanOrEqual(0)
  expect(view.y).toBeGreaterThanOrEqual(0)
  expect(corner.x + view.x).toBeCloseTo(pane.width)
  expect(corner.y + view.y).toBeCloseTo(pane.height)
})

it('keeps the point under the cursor when zooming in on the image', () => {
  const inside = fc.double({ min: 0.3, max: 0.7, noNaN: true })
  fc.assert(
    fc.property(inside, inside, fc.double({ min: 1, max: 20, noNaN: true }), (u, v, factor) => {
      const view = Viewport.fit(image, pane)
      const anchor = view.toScreen({ x: u * image.width, y: v * image.height })
      const before = view.toImage(anchor)
      const after = view.zoomed(factor, anchor, image, pane).toImage(anchor)
      expect(after.x).toBeCloseTo(before.x, 6)
      expect(after.y).toBeCloseTo(before.y, 6)
    }),
  )
})

it('never loses the image, however far it is dragged', () => {
  const shift = fc.double({ min: -1e5, max: 1e5, noNaN: true })
  fc.assert(
    fc.property(shift, shift, (dx, dy) => {
      const view = Viewport.fit(image, pane).panned(dx, dy, image, pane)
      const middle = view.toImage({ x: pane.width / 2, y: pane.height / 2 })
      expect(middle.x).toBeGreaterThanOrEqual(-1e-6)
      expect(middle.x).toBeLessThanOrEqual(image.width + 1e-6)
      expect(middle.y).toBeGreaterThanOrEqual(-1e-6)
      expect(middle.y).toBeLessThanOrEqual(image.height + 1e-6)
    }),
  )
})
