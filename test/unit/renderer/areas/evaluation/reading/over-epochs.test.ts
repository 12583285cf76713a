import { expect, it } from 'vitest'
import { figureOverEpochs } from '../../../../../../src/renderer/src/areas/evaluation/reading/over-epochs.ts'
import type { Evaluation } from '../../../../../../src/shared/evaluation/evaluation.ts'
import type { Checkpoint } from '../../../../../../src/shared/runs/run.ts'

const checkpoints = [
  { id: 7, kind: 'unet', step: 40 },
  { id: 6, kind: 'unet', step: 20 },
] as unknown as readonly Checkpoint[]

let made = 0
/** Made one after the other, whatever the clock says. */
const evaluation = (checkpointId: number | null, finishedAt: number | null, value: number | null) =>
  ({
    id: ++made,
    checkpointId,
    finishedAt,
    metrics: [
      { defectType: null, name: 'imageAuroc', value },
      { defectType: 'hole', name: 'imageAuroc', value: 0 },
    ],
  }) as unknown as Evaluation

it('takes the newest finished evaluation of each checkpoint, by epoch', () => {
  const points = figureOverEpochs(
    'imageAuroc',
    [
      evaluation(7, 30, 0.9),
      evaluation(6, 20, 0.1),
      evaluation(6, 10, 0.7),
      evaluation(7, null, 1),
      evaluation(null, 40, 1),
    ],
    checkpoints,
    4,
  )
  expect(points).toEqual([
    { x: 5, y: 70 },
    { x: 10, y: 90 },
  ])
})

it('leaves out what is undefined', () => {
  expect(figureOverEpochs('imageAuroc', [evaluation(6, 1, null)], checkpoints, 4)).toEqual([])
})
