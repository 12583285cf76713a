/** Runs and evaluations as text. */
import type { Evaluation, MetricName } from '../../shared/evaluation/evaluation.ts'
import type { Job, Run } from '../../shared/runs/run.ts'
import { figure, table, timeLeft } from './output.ts'

/** Jobs in the order of the queue, with how far the running one is. */
export function jobsTable(jobs: readonly Job[]): string {
  const rows = jobs.map(({ id, title, state, progress, error, interruption }) => {
    const left = state === 'running' && progress ? timeLeft(progress) || 'measuring' : ''
    return [
      String(id),
      title,
      state,
      progress ? `${progress.done}/${progress.total}` : '',
      left,
      error ?? interruption ?? '',
    ]
  })
  return table(['id', 'job', 'state', 'steps', 'left', ''], rows)
}

export function runText(run: Run, jobs: readonly Job[]): string {
  const loss = run.lastLoss === null ? '' : `, loss ${run.lastLoss.toPrecision(4)}`
  const lines = [
    `Run ${run.id}: ${run.name} of ${run.datasetName}`,
    `Training ${run.state}, step ${run.step} of ${run.totalSteps}${loss}`,
    `Features ${run.adapted ? 'adapted' : 'not adapted'}`,
    ...jobs.map(({ id, title, state, error }) =>
      `Job ${id}  ${title}: ${state} ${error ?? ''}`.trim(),
    ),
  ]
  const { headline } = run
  if (headline) {
    lines.push(
      `Image AUROC ${figure(headline.imageAuroc)}, pixel AUROC ${figure(headline.pixelAuroc)}, ` +
        `AU-PRO@0.3 ${figure(headline.auPro)}, ${headline.secondsPerImage.toFixed(2)} s per image`,
    )
  }
  return lines.join('\n')
}

export function evaluationText(evaluation: Evaluation): string {
  const names = [...new Set(evaluation.metrics.map(({ name }) => name))]
  const types = [...new Set(evaluation.metrics.map(({ defectType }) => defectType))]
  const value = (type: string | null, name: MetricName) =>
    evaluation.metrics.find((row) => row.defectType === type && row.name === name)?.value ?? null
  const rows = types.map((type) => [
    type ?? 'all',
    ...names.map((name) => figure(value(type, name))),
  ])
  const heading = `Evaluation ${evaluation.id} of run ${evaluation.runId}, ${evaluation.category}, ${evaluation.secondsPerImage.toFixed(2)} s per image`
  return evaluation.finishedAt === null
    ? `${heading}: not finished`
    : `${heading}\n${table(['defect type', ...names], rows)}`
}
