import { expect, it } from 'vitest'
import { trainingHints } from '../../../../../../src/renderer/src/areas/runs/state/training-hints.ts'

const hints = (nominalTrain: number, nominalTest: number, defects: Record<string, number>) =>
  trainingHints([{ name: 'nut', nominalTrain, nominalValidation: 0, nominalTest, defects }])

it('says nothing of a category of MVTec’s size, and what is thin in others', () => {
  expect(hints(209, 40, { dent: 20, hole: 20 })).toEqual([])
  expect(hints(8, 40, { dent: 40 })).toEqual([expect.stringContaining('8 nominal training')])
  expect(hints(80, 40, {})).toEqual([expect.stringContaining('no defective test')])
  expect(hints(80, 0, { dent: 4 })).toEqual([expect.stringContaining('no nominal test')])
  expect(hints(80, 40, { dent: 4 })).toEqual([expect.stringContaining('by 25 points')])
})
