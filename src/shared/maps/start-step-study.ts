/** Rules that choose T′, compared on equal terms with what a sweep has stored. */
import type { RunConfig } from '../config/run-config.ts'
import {
  chooseStartStep,
  defaultBins,
  everyStepRule,
  isClear,
  untilClearRules,
} from '../diffusion/start-step-rule.ts'
import type {
  ForeknownRule,
  NeighbourRule,
  StartStepRule,
  UntilClearRule,
} from '../config/start-step-rule.ts'
import type { ImageId } from '../core/ids.ts'
import type { OperatingSettings } from '../runs/operating-point.ts'
import {
  bestLevel,
  choosingHalf,
  defectTypesIn,
  normalisedScore,
  paintedImages,
  separation,
  testImages,
  type ImageFilter,
  type StartStepFamily,
} from './start-step-family.ts'
import type { SweepCell, SweepReport } from './sweep.ts'
import { meanOf } from '../metrics/mean.ts'

/** An image that a rule is judged on. */
export interface JudgedImage {
  /** In the report's images. */
  readonly position: number
  /** T′ that it was scored at, one after another. */
  readonly startSteps: readonly number[]
  /** In units of the nominal limit. */
  readonly score: number
}

export interface RuleOutcome {
  readonly name: string
  /** How T′ is found, in words. */
  readonly how: string
  /** Image AUROC on the judged images, and of each defect type. */
  readonly auroc: number | null
  readonly byType: Readonly<Record<string, number | null>>
  /** Mean network passes of a judged image, with what the choice itself costs. */
  readonly passes: number
  /** T′ of each image by its key; for rules with one T′, that one for all. */
  readonly startSteps: ReadonlyMap<string, number>
  /** The images behind the figure of a defect type, null: of all. */
  readonly judged: (defectType: string | null) => readonly JudgedImage[]
  /** T′ of each defect type, for the rule that has one of each: a bound, as it needs the type. */
  readonly ofType?: Readonly<Record<string, number>>
  /** Whether it was fitted on the choosing half, which then judges nothing that is made with it. */
  readonly fitted: boolean
  /** What “use this” writes. */
  readonly use: { readonly startStep: number } | { readonly rule: StartStepRule } | null
}

/** D3AD's rule for a family: its bins over the nominal images' distances up to the family's largest T′. */
export function neighbourRuleOf(report: SweepReport, { levels }: StartStepFamily) {
  const last = levels.at(-1)
  if (!last || report.nominalDistances.length === 0) return null
  const { startStep, skip } = last.reconstruction
  return defaultBins(report.nominalDistances, startStep, skip)
}

/** The probe rule for a family; null where a T′ has no probe. */
export function probeRuleOf(
  { levels, probes }: StartStepFamily,
  pixelWeight: number,
): ForeknownRule | null {
  const limits = probes.flatMap((probe) => probe?.nominal?.limit ?? [])
  const weights = probes.flatMap((probe) => (probe ? [pixelWeight * (probe.ratio ?? 0)] : []))
  if (levels.length === 0 || limits.length < levels.length) return null
  const startSteps = levels.map(({ reconstruction }) => reconstruction.startStep)
  return { kind: 'probe', startSteps, limits, weights }
}

/** T′ that a rule gives one image of a report; null where it lacks what the rule needs. */
export function startStepBy(
  rule: ForeknownRule,
  report: SweepReport,
  { levels, probes }: StartStepFamily,
  position: number,
): number | null {
  const { distance } = report.images[position]!
  if (rule.kind === 'neighbours')
    return distance === null ? null : chooseStartStep(rule, { distance })
  const scores = rule.startSteps.map((startStep) => {
    const index = levels.findIndex((cell) => cell.reconstruction.startStep === startStep)
    return probes[index]?.measures[position]?.score ?? null
  })
  return scores.includes(null) ? null : chooseStartStep(rule, { probes: scores as number[] })
}

/** What a rule makes of an image: its score and the cells that it was scored at. */
interface Scored {
  readonly score: number | null
  readonly cells: readonly SweepCell[]
}

/** Null where something is missing. */
function untilClear(
  rule: UntilClearRule,
  { levels }: StartStepFamily,
  position: number,
): Scored | null {
  const cells: SweepCell[] = []
  const scores: number[] = []
  for (const startStep of rule.startSteps) {
    const cell = levels.find((one) => one.reconstruction.startStep === startStep)
    const score = cell ? normalisedScore(cell, position) : null
    if (!cell || score === null) return null
    cells.push(cell)
    scores.push(score)
    if (isClear(rule, scores)) break
  }
  return { score: meanOf(scores), cells }
}

/** The rule of clear images that separates images best; of equals the one with the fewest passes. */
function bestUntilClear(
  { images }: SweepReport,
  family: StartStepFamily,
  filter: ImageFilter,
): UntilClearRule | null {
  const levels = family.levels.map(({ reconstruction }) => reconstruction.startStep)
  let best: { rule: UntilClearRule; value: number; passes: number } | null = null
  for (const rule of untilClearRules(levels)) {
    const found = images.map((image, at) => (filter(image) ? untilClear(rule, family, at) : null))
    const value = separation(images, (at) => found[at]?.score ?? null, filter)
    if (value === null) continue
    const passes = found.reduce((sum, one) => sum + passesIn(one?.cells ?? []), 0)
    const better = best === null || value > best.value
    if (better || (value === best!.value && passes < best!.passes)) best = { rule, value, passes }
  }
  return best?.rule ?? null
}

const passesIn = (cells: readonly SweepCell[]): number =>
  cells.reduce((sum, cell) => sum + cell.passes, 0)

/** T′ of a defect type: the one that separates it best on the choosing half. */
function bestForType(report: SweepReport, family: StartStepFamily, type: string): SweepCell | null {
  const { choosing } = halves(report)
  return bestLevel(family, (cell) => separationAt(report, cell, choosing(type)))
}

const separationAt = ({ images }: SweepReport, cell: SweepCell, filter: ImageFilter) =>
  separation(images, (position) => normalisedScore(cell, position), filter)

/** The test images of a defect type (null: of all) that T′ is chosen on, and those that it is judged on. */
function halves({ images }: SweepReport) {
  const chosen = choosingHalf(images)
  const half =
    (isChosen: boolean) =>
    (type: string | null): ImageFilter =>
    (image) =>
      testImages(type)(image) && chosen.has(image.imageId) === isChosen
  return { choosing: half(true), judged: half(false) }
}

/** How a rule scores an image, when its figure is about a defect type. */
type Scoring = (position: number, type: string | null) => Scored | null

/** Scored at one T′. */
const atStartStep =
  (
    { levels }: StartStepFamily,
    startStepOf: (position: number, type: string | null) => number | null,
  ): Scoring =>
  (position, type) => {
    const startStep = startStepOf(position, type)
    if (startStep === null) return null
    const cell = levels.reduce((best, one) =>
      distanceTo(one, startStep) < distanceTo(best, startStep) ? one : best,
    )
    return { score: normalisedScore(cell, position), cells: [cell] }
  }

/**
 * Judges a rule on the images that none was chosen on.
 *
 * @param scored Its last cell is that of the image's T′.
 * @param extraPasses What the choice costs an image.
 */
function judge(
  report: SweepReport,
  about: Pick<RuleOutcome, 'name' | 'how' | 'use' | 'fitted'>,
  scored: Scoring,
  extraPasses = 0,
): RuleOutcome {
  const { images } = report
  const { judged } = halves(report)
  const aurocOf = (type: string | null) =>
    separation(images, (position) => scored(position, type)?.score ?? null, judged(type))
  const used = images.flatMap((image, position) => {
    const found = judged(null)(image) ? scored(position, null) : null
    return found ? [{ key: image.key, cells: found.cells }] : []
  })
  const passes = used.reduce((sum, { cells }) => sum + passesIn(cells), 0) / (used.length || 1)
  return {
    ...about,
    auroc: aurocOf(null),
    byType: Object.fromEntries(defectTypesIn(images).map((type) => [type, aurocOf(type)])),
    passes: passes + extraPasses,
    judged: (type) =>
      images.flatMap((image, position) => {
        const found = judged(type)(image) ? scored(position, type) : null
        if (!found || found.score === null) return []
        const startSteps = found.cells.map(({ reconstruction }) => reconstruction.startStep)
        return [{ position, startSteps, score: found.score }]
      }),
    startSteps: new Map(
      used.map(({ key, cells }) => [key, cells.at(-1)!.reconstruction.startStep]),
    ),
  }
}

/** T′ for those who look for one defect type only. */
export interface TypeOutcome extends RuleOutcome {
  readonly defectType: string
  readonly use: { readonly startStep: number }
}

/** The best T′ of each defect type, chosen on the choosing half and judged as all rules are. */
export function rulesForTypes(report: SweepReport, family: StartStepFamily): TypeOutcome[] {
  const { choosing } = halves(report)
  return defectTypesIn(report.images).flatMap((defectType) => {
    const cell = bestForType(report, family, defectType)
    if (!cell) return []
    const { startStep } = cell.reconstruction
    const found = percent(separationAt(report, cell, choosing(defectType)))
    const use = { startStep }
    const about = { name: `best for ${defectType}`, how: '', use, fitted: true }
    const outcome = judge(
      report,
      about,
      atStartStep(family, () => startStep),
    )
    const how = `T′ ${startStep}, image AUROC for ${defectType} ${found} % on the choosing half, ${percent(outcome.byType[defectType])} % on the other`
    return [{ ...outcome, how, use, defectType }]
  })
}

const percent = (value: number | null | undefined): string =>
  typeof value === 'number' ? (100 * value).toFixed(1) : '–'

/**
 * Rules for T′ on equal terms: what they need is fitted on nominal training images and on the choosing half of the
 * test images, all are judged on the other half, and every score is normalised at its own T′.
 *
 * @param neighbours bins edited by hand; null takes D3AD's
 */
export function compareRules(
  report: SweepReport,
  family: StartStepFamily,
  neighbours: NeighbourRule | null = null,
): RuleOutcome[] {
  if (family.levels.length === 0) return []
  const { choosing } = halves(report)
  const rules: RuleOutcome[] = []
  const best = (filter: ImageFilter) =>
    bestLevel(family, (cell) => separationAt(report, cell, filter))?.reconstruction.startStep
  const one = (name: string, how: string, fitted: boolean, startStep: number | undefined) => {
    if (startStep === undefined) return
    const by = atStartStep(family, () => startStep)
    const about = { name: `${name} ${startStep}`, how, use: { startStep }, fitted }
    rules.push(judge(report, about, by))
  }
  one('fixed T′', 'best image AUROC on the choosing half', true, best(choosing(null)))
  const withPainted = 'best on nominal training images with painted defects; no defects needed'
  one('painted defects, T′', withPainted, false, best(paintedImages))
  const ofType = Object.fromEntries(
    defectTypesIn(report.images).flatMap((type) => {
      const cell = bestForType(report, family, type)
      return cell ? [[type, cell.reconstruction.startStep] as const] : []
    }),
  )
  const several = [...new Set(Object.values(ofType))].toSorted((a, b) => a - b)
  if (Object.keys(ofType).length > 1) {
    const how = 'best of the choosing half for each type; needs the type to be known'
    const about = { name: 'per defect type', how, use: null, fitted: true }
    const by = atStartStep(family, (_, type) => (type === null ? null : (ofType[type] ?? null)))
    rules.push({ ...judge(report, about, by), ofType })
  }
  const bins = neighbours ?? neighbourRuleOf(report, family)
  if (bins) {
    const how = 'distance of its features to the nearest nominal images (D3AD)'
    const by = atStartStep(family, (position) => startStepBy(bins, report, family, position))
    const about = { name: 'per image: neighbours', how, use: { rule: bins }, fitted: false }
    rules.push(judge(report, about, by))
  }
  const probe = probeRuleOf(family, report.pixelWeight)
  if (probe) {
    const how = 'the T′ whose one-pass probe is furthest beyond nominal images'
    const by = atStartStep(family, (position) => startStepBy(probe, report, family, position))
    const about = { name: 'per image: probe', how, use: { rule: probe }, fitted: false }
    rules.push(judge(report, about, by, family.levels.length))
  }
  const inTurn = (name: string, how: string, fitted: boolean, rule: UntilClearRule) => {
    const about = { name, how, use: { rule }, fitted }
    rules.push(judge(report, about, (at) => untilClear(rule, family, at)))
  }
  const clear = bestUntilClear(report, family, choosing(null))
  if (clear) {
    const how = `T′ ${clear.startSteps.join(', ')}, one after another until the mean score is clear; these are best on the choosing half`
    inTurn('per image: until clear', how, true, clear)
  }
  if (several.length > 1) {
    const how = `mean score over T′ ${several.join(', ')}, the best of each type on the choosing half`
    inTurn('T′ of all types together', how, true, everyStepRule(several))
  }
  if (family.levels.length > 1) {
    const every = everyStepRule(family.levels.map(({ reconstruction }) => reconstruction.startStep))
    const how = 'mean score over every T′ of the sweep; nothing is chosen'
    inTurn('every T′ together', how, false, every)
  }
  return rules
}

function distanceTo({ reconstruction }: SweepCell, startStep: number): number {
  return Math.abs(reconstruction.startStep - startStep)
}

/** What “use this” keeps of an outcome; null where nothing can be used. */
export function choiceOf(
  { images }: SweepReport,
  outcome: RuleOutcome & { readonly defectType?: string },
  { levels }: StartStepFamily,
  { reconstruction, scoring }: Pick<RunConfig, 'reconstruction' | 'scoring'>,
  pixelWeight: number,
): { readonly name: string; readonly choice: Omit<OperatingSettings, 'thresholds'> } | null {
  const { name, how, use, fitted, defectType } = outcome
  const last = levels.at(-1)
  if (!use || !last) return null
  const longest = last.reconstruction
  const startStep = 'rule' in use ? longest.startStep : use.startStep
  const { guidanceWeight, skip } = longest
  return {
    name: name.slice(0, LONGEST_NAME),
    choice: {
      evaluation: {
        reconstruction: {
          ...reconstruction,
          guidanceWeight,
          startStep,
          skip: Math.min(skip, startStep),
        },
        scoring: { ...scoring, pixelWeight },
        startStepRule: 'rule' in use ? use.rule : null,
      },
      reason: `${name}: ${how}`.slice(0, LONGEST_REASON),
      ...(defectType !== undefined && { defectType }),
      ...(fitted && { chosenOn: [...choosingHalf(images)].toSorted((a, b) => a - b) as ImageId[] }),
    },
  }
}

/** Characters of an operating point's name and reason. */
const [LONGEST_NAME, LONGEST_REASON] = [80, 500]
