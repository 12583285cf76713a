import { sweepSpecSchema, type SweepSpec } from '../../../shared/config/sweep-spec.ts'
import type { RunConfig } from '../../../shared/config/run-config.ts'
import type { RunId } from '../../../shared/core/ids.ts'
import {
  defectTypesIn,
  normalisedScore,
  separation,
  testImages,
} from '../../../shared/maps/start-step-family.ts'
import {
  compareRules,
  rulesForTypes,
  type RuleOutcome,
} from '../../../shared/maps/start-step-study.ts'
import { changedText, type SweepReport } from '../../../shared/maps/sweep.ts'
import { UsageError, type Command } from '../command.ts'
import { duration, figure, table } from '../output.ts'
import { choose, familiesOf } from '../start-step-choice.ts'
import type { Values } from '../values.ts'
import { workAndReport } from './work.ts'

export const sweep: Command = {
  name: 'sweep',
  usage: '--run ID --start-steps N,N,… [--skip N,…] [--w X,…] [--v X,…] [--images ID,…]',
  summary:
    'Scores images at many T′, skips and guidance weights, and compares rules that choose T′.',
  details:
    'What was computed before is taken from the workspace. --synthetic N paints defects on N nominal\n' +
    'training images, to choose T′ without defects (default 12). --no-probes leaves out the one-pass\n' +
    'probes of the per-image rule. --checkpoints ID,… takes others than the newest.\n' +
    '--use RULE saves an operating point and takes it into use: fixed, painted, neighbours, probe,\n' +
    'clear, types (the T′ of all defect types together), every, or type:NAME for the T′ that is best\n' +
    'for one defect type.',
  options: {
    run: { type: 'string' },
    'start-steps': { type: 'string' },
    skip: { type: 'string' },
    w: { type: 'string' },
    v: { type: 'string' },
    images: { type: 'string' },
    checkpoints: { type: 'string' },
    synthetic: { type: 'string' },
    'no-probes': { type: 'boolean' },
    use: { type: 'string' },
  },
  run: async ({ values, output, studio }) => {
    const id = values.id('run') as RunId
    const { runs, sweeps, operatingPoints } = studio()
    const { config } = runs.get(id)
    const spec = specOf(values, config)
    const plan = sweeps.plan(id, spec)
    const estimate = plan.seconds === null ? '' : `, about ${duration(plan.seconds)}`
    output.say(
      `${plan.settings} settings and ${plan.probes} probes of ${plan.images} images: ${plan.maps - plan.stored} of ${plan.maps} maps to compute${estimate}.`,
    )
    const job = sweeps.start(id, spec)
    const reports: SweepReport[] = []
    await workAndReport(studio(), [job.id], output, async (jobs) => {
      for (const v of spec.pixelWeights) reports.push(await sweeps.report(id, v))
      const summaries = reports.map((report) => summary(report, spec, config))
      const wanted = values.text('use')
      if (wanted !== undefined) {
        const [first] = familiesOf(reports[0]!, spec, config)
        if (!first) throw new UsageError(`There is no result for --use ${wanted}.`)
        choose(studio(), id, reports[0]!, first.family, wanted)
      }
      const data = {
        jobs,
        spec,
        plan,
        changed: reports[0]!.changed,
        sweeps: summaries,
        operatingPoint: operatingPoints.inUse(id),
      }
      const changed = changedText(reports[0]!.changed)
      return { data, text: [changed, ...summaries.map(text)].filter(Boolean).join('\n\n') }
    })
  },
}

function specOf(values: Values, config: RunConfig): SweepSpec {
  const numbers = (name: string, otherwise: readonly number[]) => {
    const given = values.text(name)
    return given === undefined ? otherwise : given.split(',').map(Number)
  }
  values.required('start-steps')
  const spec = sweepSpecSchema.safeParse({
    startSteps: numbers('start-steps', []),
    skips: numbers('skip', [config.reconstruction.skip]),
    guidanceWeights: numbers('w', [config.reconstruction.guidanceWeight]),
    pixelWeights: numbers('v', [config.scoring.pixelWeight]),
    checkpointIds: numbers('checkpoints', []),
    imageIds: values.text('images') === undefined ? null : numbers('images', []),
    synthetic: values.number('synthetic') ?? 12,
    probes: !values.flag('no-probes'),
  })
  if (spec.success) return spec.data
  throw new UsageError(
    spec.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; '),
  )
}

/** Figures of a report for JSON, with the rules of each w and skip. */
function summary(report: SweepReport, spec: SweepSpec, config: RunConfig) {
  const types = defectTypesIn(report.images)
  const cells = report.cells.filter(({ probe }) => !probe)
  const aurocOf = (cell: (typeof cells)[number], type: string | null) =>
    separation(report.images, (i) => normalisedScore(cell, i), testImages(type))
  const told = <Rule extends RuleOutcome>({ startSteps, judged, ...rule }: Rule) => ({
    ...rule,
    judged: judged(null),
    startSteps: Object.fromEntries(startSteps),
  })
  const families = familiesOf(report, spec, config).map(({ family, ...key }) => ({
    ...key,
    rules: compareRules(report, family).map(told),
    forTypes: rulesForTypes(report, family).map(told),
  }))
  return {
    pixelWeight: report.pixelWeight,
    cells: cells.map((cell) => ({
      checkpointId: cell.checkpointId,
      reconstruction: cell.reconstruction,
      passes: cell.passes,
      milliseconds: cell.milliseconds,
      nominal: cell.nominal,
      imageAuroc: aurocOf(cell, null),
      byType: Object.fromEntries(types.map((type) => [type, aurocOf(cell, type)])),
    })),
    images: report.images,
    families: families.filter(({ rules }) => rules.length > 0),
  }
}

type Told = Pick<RuleOutcome, 'name' | 'auroc' | 'passes' | 'byType' | 'ofType'>

function text({ pixelWeight, cells, families }: ReturnType<typeof summary>): string {
  const types = Object.keys(cells[0]?.byType ?? {})
  const rows = cells.map(({ reconstruction, passes, milliseconds, imageAuroc, byType }) => [
    String(reconstruction.startStep),
    String(reconstruction.skip),
    String(reconstruction.guidanceWeight),
    String(passes),
    milliseconds.toFixed(0),
    figure(imageAuroc),
    ...types.map((type) => figure(byType[type] ?? null)),
  ])
  const header = ['T′', 'skip', 'w', 'passes', 'ms', 'I-AUROC', ...types]
  const line = ({ name, auroc, passes, byType, ofType }: Told) => [
    name,
    passes.toFixed(1),
    figure(auroc),
    ...types.map((type) => {
      const startStep = ofType?.[type]
      return figure(byType[type] ?? null) + (startStep === undefined ? '' : ` at ${startStep}`)
    }),
  ]
  const rules = families.map(({ guidanceWeight, skip, rules: all, forTypes }) => {
    const title = `Rules at w ${guidanceWeight}, skip ${skip}, judged on the held-out half of the test images`
    const one = forTypes.map(({ use, name, ...rule }) =>
      line({ ...rule, name: `${name}, T′ ${use.startStep}` }),
    )
    const header = (first: string) => [first, 'passes', 'I-AUROC', ...types]
    return [
      `${title}\n${table(header('rule'), all.map(line))}`,
      `For one defect type only\n${table(header('T′'), one)}`,
    ].join('\n\n')
  })
  return [`v ${pixelWeight}\n${table(header, rows)}`, ...rules].join('\n\n')
}
