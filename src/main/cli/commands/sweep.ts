import { sweepSpecSchema, type SweepSpec } from '../../../shared/config/sweep-spec.ts'
import type { RunConfig } from '../../../shared/config/run-config.ts'
import type { RunId } from '../../../shared/domain/ids.ts'
import {
  compareRules,
  familyOf,
  normalisedScore,
  separation,
  testImages,
} from '../../../shared/domain/start-step-study.ts'
import type { SweepReport } from '../../../shared/domain/sweep.ts'
import { UsageError, type Command } from '../command.ts'
import { duration, figure, table } from '../output.ts'
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
    '--use RULE saves an operating point and takes it into use: fixed, painted, neighbours,\n' +
    'probe or clear.',
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
      `${plan.settings} settings of ${plan.images} images: ${plan.maps - plan.stored} of ${plan.maps} maps to compute${estimate}.`,
    )
    const job = sweeps.start(id, spec)
    const reports: SweepReport[] = []
    await workAndReport(studio(), [job.id], output, async (jobs) => {
      for (const v of spec.pixelWeights) reports.push(await sweeps.report(id, v))
      const summaries = reports.map((report) => summary(report, spec, config))
      const wanted = values.text('use')
      if (wanted !== undefined) choose(wanted)
      const data = {
        jobs,
        spec,
        plan,
        sweeps: summaries,
        operatingPoint: operatingPoints.inUse(id),
      }
      return { data, text: summaries.map(text).join('\n\n') }

      function choose(name: string): void {
        const { rules, guidanceWeight, skip } = summaries[0]!.families[0]!
        const rule = rules.find((one) => one.name.includes(name))
        if (!rule?.use) throw new UsageError(`There is no result for --use ${name}.`)
        const { use } = rule
        const longest = Math.max(...spec.startSteps)
        const startStep = 'rule' in use ? longest : use.startStep
        const reconstruction = { ...config.reconstruction, guidanceWeight, startStep }
        operatingPoints.choose(id, rule.name, {
          evaluation: {
            reconstruction: { ...reconstruction, skip: Math.min(skip, startStep) },
            scoring: { ...config.scoring, pixelWeight: spec.pixelWeights[0]! },
            startStepRule: 'rule' in use ? use.rule : null,
          },
          reason: `${rule.name}: ${rule.how}`,
        })
      }
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
  const types = [
    ...new Set(
      report.images.filter((i) => i.group === 'test' && i.anomalous).map((i) => i.defectType),
    ),
  ]
  const cells = report.cells.filter(({ probe }) => !probe)
  const aurocOf = (cell: (typeof cells)[number], type: string | null) =>
    separation(report.images, (i) => normalisedScore(cell, i), testImages(type))
  const checkpoints = [...new Set(cells.map(({ checkpointId }) => checkpointId))]
  const families = checkpoints.flatMap((checkpointId) =>
    spec.guidanceWeights.flatMap((guidanceWeight) =>
      spec.skips.map((skip) => {
        const base = config.reconstruction
        const family = familyOf(report, { checkpointId, guidanceWeight, skip, base })
        const rules = compareRules(report, family).map(({ startSteps, judged, ...rule }) => ({
          ...rule,
          judged: judged(null),
          startSteps: Object.fromEntries(startSteps),
        }))
        return { checkpointId, guidanceWeight, skip, rules }
      }),
    ),
  )
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
  const rules = families.map(({ guidanceWeight, skip, rules: all }) => {
    const lines = all.map(({ name, auroc, passes, byType, ofType }) => [
      name,
      passes.toFixed(1),
      figure(auroc),
      ...types.map((type) => {
        const startStep = ofType?.[type]
        return figure(byType[type] ?? null) + (startStep === undefined ? '' : ` at ${startStep}`)
      }),
    ])
    const title = `Rules at w ${guidanceWeight}, skip ${skip}, judged on the held-out half of the test images`
    return `${title}\n${table(['rule', 'passes', 'I-AUROC', ...types], lines)}`
  })
  return [`v ${pixelWeight}\n${table(header, rows)}`, ...rules].join('\n\n')
}
