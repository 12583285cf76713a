import type { EvaluationId, RunId } from '../../../shared/core/ids.ts'
import { flippedTo } from '../../../shared/evaluation/flips.ts'
import type { DecidedEvaluation, SweptSetting } from '../../services/evaluation/flips.ts'
import { UsageError, type Command } from '../command.ts'
import { figure, table } from '../output.ts'

export const flips: Command = {
  name: 'flips',
  usage: "--a EVALUATION[@POINT] --b EVALUATION[@POINT] | --run ID --a T'[,skip[,w]] --b … [--v X]",
  summary:
    'Lists the images whose decision changes between two evaluations, thresholds or settings.',
  details:
    'POINT is a threshold or the name of an operating point; without it the threshold in force holds.\n' +
    'With --run, A and B are settings that its sweeps have computed, each decided at the nominal limit of\n' +
    'its own. The largest change of score, in units of the thresholds, comes first.',
  options: {
    a: { type: 'string' },
    b: { type: 'string' },
    run: { type: 'string' },
    v: { type: 'string' },
  },
  run: async ({ values, output, studio }) => {
    const [a, b] = [values.required('a'), values.required('b')]
    const { flips: service, runs } = studio()
    const swept = values.text('run') !== undefined
    const run = swept ? runs.get(values.id('run') as RunId) : null
    const report = run
      ? await service.ofSweep(
          run.id,
          values.number('v') ?? run.config.scoring.pixelWeight,
          settingOf(a),
          settingOf(b),
        )
      : await service.ofEvaluations(evaluationOf(a), evaluationOf(b))
    const rows = report.flips.map(({ path, defectType, before, after, change, ...flip }) => [
      path,
      defectType,
      flippedTo(flip),
      figure(before),
      figure(after),
      figure(change),
    ])
    const better = report.flips.filter((flip) => flip.better).length
    const title =
      `A: ${report.a}\nB: ${report.b}\n` +
      `${report.flips.length} of ${report.images} images change sides: ${better} for the better, ` +
      `${report.flips.length - better} for the worse.`
    const header = ['image', 'type', 'now', 'score A', 'score B', 'Δ']
    output.result(report, rows.length === 0 ? title : `${title}\n\n${table(header, rows)}`)
  },
}

function evaluationOf(text: string): DecidedEvaluation {
  const [id = '', ...rest] = text.split('@')
  if (!/^[1-9]\d*$/.test(id))
    throw new UsageError(`${text} does not begin with an evaluation's id.`)
  const at = rest.join('@')
  const number = Number(at)
  return {
    evaluationId: Number(id) as EvaluationId,
    at: at === '' ? null : Number.isFinite(number) ? number : at,
  }
}

function settingOf(text: string): SweptSetting {
  const [startStep, skip, guidanceWeight, ...more] = text.split(',').map(Number)
  const given = [startStep, skip, guidanceWeight].filter((value) => value !== undefined)
  if (startStep === undefined || more.length > 0 || !given.every(Number.isFinite)) {
    throw new UsageError(`${text} is no T′[,skip[,w]].`)
  }
  return { startStep, skip, guidanceWeight }
}
