import type { Evaluation, MetricName } from '../../../../../shared/evaluation/evaluation.ts'
import type { Checkpoint } from '../../../../../shared/runs/run.ts'
import type { SeriesPoint } from '../../../charts/series.ts'
import { formatValue } from '../../../format/numbers.ts'
import { metricOf } from './metric-info.ts'

/**
 * A figure over the epochs of a training, from the newest finished evaluation of each U-Net checkpoint that
 * was evaluated. Evaluations whose checkpoint is not known, as after an import, are left out.
 *
 * @param stepsPerEpoch optimiser steps
 * @returns points of epoch and figure in percent, by ascending epoch
 */
export function figureOverEpochs(
  name: MetricName,
  evaluations: readonly Evaluation[],
  checkpoints: readonly Checkpoint[],
  stepsPerEpoch: number,
): readonly SeriesPoint[] {
  const steps = new Map(checkpoints.map(({ id, step }) => [id, step]))
  const newest = new Map<number, Evaluation>()
  for (const evaluation of evaluations) {
    const { checkpointId, finishedAt } = evaluation
    const step = checkpointId === null ? undefined : steps.get(checkpointId)
    if (step === undefined || finishedAt === null) continue
    const known = newest.get(step)
    // By sequence: a clock may have been set back.
    if (!known || known.id < evaluation.id) newest.set(step, evaluation)
  }
  return [...newest]
    .toSorted(([left], [right]) => left - right)
    .flatMap(([step, evaluation]) => {
      const value = metricOf(evaluation, name)
      return value === null ? [] : [{ x: step / stepsPerEpoch, y: 100 * value }]
    })
}

/** What a chart of figures over the epochs shows, for those who cannot see it. */
export function overEpochsText(
  lines: readonly { readonly name: string; readonly points: readonly SeriesPoint[] }[],
): string {
  const each = lines.flatMap(({ name, points }) => {
    const values = points.map(({ x, y }) => `${y.toFixed(1)} % at epoch ${formatValue(x, 3)}`)
    return values.length === 0 ? [] : [`${name} ${values.join(', ')}`]
  })
  return `Figures of the newest evaluation of each checkpoint, over the epochs. ${each.join('; ')}`
}
