/** Choosing T′ from what a sweep has stored. */
import type { SweepSpec } from '../../shared/config/sweep-spec.ts'
import type { RunConfig } from '../../shared/config/run-config.ts'
import type { RunId } from '../../shared/core/ids.ts'
import type { OperatingPoint } from '../../shared/runs/operating-point.ts'
import { familyOf, type StartStepFamily } from '../../shared/maps/start-step-family.ts'
import { choiceOf, compareRules, rulesForTypes } from '../../shared/maps/start-step-study.ts'
import type { SweepReport } from '../../shared/maps/sweep.ts'
import { DdadError } from '../../shared/errors.ts'
import type { Studio } from '../services/studio.ts'
import { UsageError } from './command.ts'

const TYPE = 'type:'

/** The defect type in `type:NAME`; null when it is something else. */
export function defectTypeIn(text: string | undefined): string | null {
  if (!text?.startsWith(TYPE)) return null
  if (text.length > TYPE.length) return text.slice(TYPE.length)
  throw new UsageError(`A defect type is missing after ${TYPE}`)
}

/** What a report holds for each checkpoint, w and skip of a sweep. */
export function familiesOf(report: SweepReport, spec: SweepSpec, config: RunConfig) {
  const cells = report.cells.filter(({ probe }) => !probe)
  const checkpoints = [...new Set(cells.map(({ checkpointId }) => checkpointId))]
  return checkpoints.flatMap((checkpointId) =>
    spec.guidanceWeights.flatMap((guidanceWeight) =>
      spec.skips.map((skip) => {
        const key = { checkpointId, guidanceWeight, skip, base: config.reconstruction }
        return { checkpointId, guidanceWeight, skip, family: familyOf(report, key) }
      }),
    ),
  )
}

/**
 * Keeps what a rule makes of a family as an operating point in use.
 *
 * @param wanted Part of a rule's name, or `type:NAME` for the best T′ of a defect type.
 * @throws {UsageError} when there is no such rule or type.
 */
export function choose(
  { operatingPoints, runs }: Studio,
  runId: RunId,
  report: SweepReport,
  family: StartStepFamily,
  wanted: string,
): OperatingPoint {
  const type = defectTypeIn(wanted)
  const types = rulesForTypes(report, family)
  const outcome =
    type === null
      ? compareRules(report, family).find(({ name }) => name.includes(wanted))
      : types.find(({ defectType }) => defectType === type)
  const { config } = runs.get(runId)
  const chosen = outcome && choiceOf(report, outcome, family, config, report.pixelWeight)
  if (chosen) return operatingPoints.choose(runId, chosen.name, chosen.choice)
  const known =
    type === null || types.length === 0
      ? ''
      : ` There are ${types.map(({ defectType }) => defectType).join(', ')}.`
  throw new UsageError(`There is no result for ${wanted}.${known}`)
}

/**
 * What an evaluation for one defect type is made with: the newest point that was chosen for it, else one that is
 * chosen now by the newest sweep and taken into use.
 *
 * @throws {DdadError} CONFLICT without a sweep.
 */
export async function pointForType(
  studio: Studio,
  runId: RunId,
  defectType: string,
): Promise<OperatingPoint> {
  const { operatingPoints, runs, sweeps } = studio
  const known = operatingPoints.forType(runId, defectType)
  if (known) return known
  const { config, name } = runs.get(runId)
  const spec = sweeps.newest(runId)
  const report = spec && (await sweeps.report(runId, spec.pixelWeights[0]!))
  const swept =
    report && familiesOf(report, spec, config).find(({ family }) => family.levels.length > 0)
  if (!report || !swept) {
    throw new DdadError(
      'CONFLICT',
      `T′ was not swept for ${name} yet, so that none is known to be best for ${defectType}. ` +
        `Run \`ddad sweep --run ${runId} --start-steps …\` first.`,
    )
  }
  return choose(studio, runId, report, swept.family, `${TYPE}${defectType}`)
}
