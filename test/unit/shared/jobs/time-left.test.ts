import fc from 'fast-check'
import { expect, it } from 'vitest'
import { PaceMeter } from '../../../../src/shared/jobs/time-left.ts'

/** Steps of the given seconds each, of 1000 in all; what is estimated after the last. */
function after(seconds: readonly number[]) {
  const meter = new PaceMeter()
  let at = 100
  let estimate = meter.add(0, 1000, at)
  seconds.forEach((each, index) => {
    at += each
    estimate = meter.add(index + 1, 1000, at)
  })
  return estimate
}

it('says nothing before it has seen enough', () => {
  expect(after([1, 1, 1])).toBeNull()
})

it('has no spread at an even pace, and one around the median otherwise', () => {
  expect(after(Array.from({ length: 20 }, () => 1))).toEqual({
    secondsLeft: 980,
    spread: { low: 980, high: 980 },
  })
  const uneven = after(Array.from({ length: 40 }, (_, index) => (index % 5 === 0 ? 5 : 1)))
  expect(uneven?.secondsLeft).toBe(960)
  expect(uneven?.spread.high).toBeGreaterThan(960)
})

it('follows a pace that has changed', () => {
  const paces = Array.from({ length: 100 }, (_, index) => (index < 60 ? 1 : 4))
  expect(after(paces)?.secondsLeft).toBe(900 * 4)
})

it('gathers quick steps, and begins anew when a job goes back to a checkpoint', () => {
  expect(after(Array.from({ length: 30 }, () => 0.01))).toBeNull()
  const meter = new PaceMeter()
  for (let step = 0; step <= 10; step += 1) meter.add(step, 100, step)
  expect(meter.add(3, 100, 50)?.secondsLeft).toBe(97)
})

it('is right within a fifth after ten steps of minutes whose pace varies by a tenth', () => {
  const pace = fc.double({ min: 0.9, max: 1.1, noNaN: true })
  fc.assert(
    fc.property(fc.array(pace, { minLength: 11, maxLength: 11 }), (paces) => {
      // The first step compiles the network, too.
      const estimate = after([400, ...paces.map((each) => 150 * each)])
      expect(estimate!.secondsLeft / (150 * 988)).toBeGreaterThan(0.8)
      expect(estimate!.secondsLeft / (150 * 988)).toBeLessThan(1.2)
    }),
  )
})
