/** What a sweep says about T′: separation at each T′, and rules that choose it, compared on equal terms. */
import type { ReconstructionSettings } from '../config/run-config.ts'
import {
  chooseStartStep,
  defaultBins,
  everyStepRule,
  isClear,
  meanOf,
  untilClearRules,
  type ForeknownRule,
  type NeighbourRule,
  type StartStepRule,
  type UntilClearRule,
} from '../diffusion/start-step-rule.ts'
import { auroc } from '../metrics/auroc.ts'
import { rankScores } from '../metrics/ranking.ts'
import type { SweepCell, SweepImageEntry, SweepReport } from './sweep.ts'

/** Cells that differ in T′ only, T′ ascending, with the probes of the same T′ where there are some. */
export interface StartStepFamily {
  readonly levels: readonly SweepCell[]
  readonly probes: readonly (SweepCell | null)[]
}

export interface FamilyKey {
  readonly checkpointId: number
  readonly guidanceWeight: number
  readonly skip: number
  readonly base: Pick<ReconstructionSettings, 'eta' | 'start' | 'noiseSeed'>
}

/** The cells of a report that have a w and a skip in common. */
export function familyOf(report: SweepReport, key: FamilyKey): StartStepFamily {
  const { checkpointId, guidanceWeight, skip, base } = key
  const same = report.cells.filter(
    (cell) =>
      cell.checkpointId === checkpointId &&
      cell.reconstruction.guidanceWeight === guidanceWeight &&
      cell.reconstruction.noiseSeed === base.noiseSeed,
  )
  const levels = same
    .filter(({ probe, reconstruction: { startStep, eta, start, ...own } }) => {
      const wanted = own.skip === Math.min(skip, startStep)
      return !probe && wanted && eta === base.eta && start === base.start
    })
    .toSorted((a, b) => a.reconstruction.startStep - b.reconstruction.startStep)
  const probeAt = new Map(
    same.filter(({ probe }) => probe).map((cell) => [cell.reconstruction.startStep, cell]),
  )
  return {
    levels,
    probes: levels.map(({ reconstruction: { startStep } }) => probeAt.get(startStep) ?? null),
  }
}

/**
 * A score in units of the nominal limit (mean + 3σ of nominal training images) at its own setting, by which scores
 * at different T′ are compared. Null where something is missing.
 */
export function normalisedScore(cell: SweepCell, position: number): number | null {
  const measure = cell.measures[position]
  return measure && cell.nominal && cell.nominal.limit > 0
    ? measure.score / cell.nominal.limit
    : null
}

/** Which images of a report are looked at. */
export type ImageFilter = (image: SweepImageEntry) => boolean

/** Image AUROC of scores by position; null when a class is absent. */
export function separation(
  images: readonly SweepImageEntry[],
  scoreOf: (position: number) => number | null,
  filter: ImageFilter,
): number | null {
  const scores: number[] = []
  const labels: number[] = []
  for (const [position, image] of images.entries()) {
    if (!filter(image)) continue
    const score = scoreOf(position)
    if (score === null) continue
    scores.push(score)
    labels.push(Number(image.anomalous))
  }
  return scores.length === 0 ? null : auroc(rankScores([{ scores, labels }]))
}

/** Test images of one defect type with all nominal ones; null: all of them. */
export const testImages =
  (defectType: string | null): ImageFilter =>
  (image) =>
    image.group === 'test' &&
    (defectType === null || !image.anomalous || image.defectType === defectType)

/** Nominal training images, and others of them with painted defects. */
const paintedImages: ImageFilter = ({ group }) => group === 'nominal' || group === 'synthetic'

/**
 * Every other test image of each defect type, in the order of their content hashes: T′ is chosen on these and
 * judged on the rest.
 */
export function choosingHalf(images: readonly SweepImageEntry[]): ReadonlySet<string> {
  const groups = Map.groupBy(
    images.filter(({ group }) => group === 'test'),
    ({ defectType }) => defectType,
  )
  const chosen = [...groups.values()].flatMap((group) =>
    group
      .map(({ key }) => key)
      .toSorted()
      .filter((_, i) => i % 2 === 0),
  )
  return new Set(chosen)
}

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
  /** What “use this” writes. */
  readonly use: { readonly startStep: number } | { readonly rule: StartStepRule } | null
}

/** T′ with the highest value; the smallest of equals, which is the cheapest. Null when none is defined. */
export function bestLevel(
  { levels }: StartStepFamily,
  valueOf: (cell: SweepCell) => number | null,
): SweepCell | null {
  let best: { cell: SweepCell; value: number } | null = null
  for (const cell of levels) {
    const value = valueOf(cell)
    if (value !== null && (best === null || value > best.value)) best = { cell, value }
  }
  return best?.cell ?? null
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
  const { images } = report
  const chosen = choosingHalf(images)
  const types = [
    ...new Set(images.filter((i) => i.group === 'test' && i.anomalous).map((i) => i.defectType)),
  ]
  const judged =
    (type: string | null): ImageFilter =>
    (image) =>
      testImages(type)(image) && !chosen.has(image.key)
  const choosing =
    (type: string | null): ImageFilter =>
    (image) =>
      testImages(type)(image) && chosen.has(image.key)
  const nearest = (startStep: number): SweepCell =>
    family.levels.reduce((best, cell) =>
      distanceTo(cell, startStep) < distanceTo(best, startStep) ? cell : best,
    )

  /** @param scored Its last cell is that of the image's T′. */
  function outcome(
    name: string,
    how: string,
    use: RuleOutcome['use'],
    scored: (position: number, type: string | null) => Scored | null,
    extraPasses = 0,
  ): RuleOutcome {
    const aurocOf = (type: string | null) =>
      separation(images, (position) => scored(position, type)?.score ?? null, judged(type))
    const used = images.flatMap((image, position) => {
      const found = judged(null)(image) ? scored(position, null) : null
      return found ? [{ key: image.key, cells: found.cells }] : []
    })
    const passes = used.reduce((sum, { cells }) => sum + passesIn(cells), 0) / (used.length || 1)
    return {
      name,
      how,
      use,
      auroc: aurocOf(null),
      byType: Object.fromEntries(types.map((type) => [type, aurocOf(type)])),
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
  /** Scored at one T′. */
  const at =
    (startStepOf: (position: number, type: string | null) => number | null) =>
    (position: number, type: string | null): Scored | null => {
      const startStep = startStepOf(position, type)
      if (startStep === null) return null
      const cell = nearest(startStep)
      return { score: normalisedScore(cell, position), cells: [cell] }
    }

  if (family.levels.length === 0) return []
  const rules: RuleOutcome[] = []
  const valueOn = (filter: ImageFilter) => (cell: SweepCell) =>
    separation(images, (position) => normalisedScore(cell, position), filter)
  const fixed = bestLevel(family, valueOn(choosing(null)))
  if (fixed) {
    const { startStep } = fixed.reconstruction
    const how = 'best image AUROC on the choosing half'
    const by = at(() => startStep)
    rules.push(outcome(`fixed T′ ${startStep}`, how, { startStep }, by))
  }
  const painted = bestLevel(family, valueOn(paintedImages))
  if (painted) {
    const { startStep } = painted.reconstruction
    const how = 'best on nominal training images with painted defects; no defects needed'
    const by = at(() => startStep)
    rules.push(outcome(`painted defects, T′ ${startStep}`, how, { startStep }, by))
  }
  const perType = new Map(
    types.map((type) => [
      type,
      bestLevel(family, valueOn(choosing(type)))?.reconstruction.startStep,
    ]),
  )
  if (types.length > 1) {
    const how = 'best of the choosing half for each type; needs the type to be known'
    const bound = outcome(
      'per defect type',
      how,
      null,
      at((_, type) => (type === null ? null : (perType.get(type) ?? null))),
    )
    const known = [...perType].flatMap(([type, startStep]) =>
      startStep === undefined ? [] : [[type, startStep] as const],
    )
    rules.push({ ...bound, ofType: Object.fromEntries(known) })
  }
  const bins = neighbours ?? neighbourRuleOf(report, family)
  if (bins) {
    const how = 'distance of its features to the nearest nominal images (D3AD)'
    rules.push(
      outcome(
        'per image: neighbours',
        how,
        { rule: bins },
        at((position) => startStepBy(bins, report, family, position)),
      ),
    )
  }
  const probe = probeRuleOf(family, report.pixelWeight)
  if (probe) {
    const how = 'the T′ whose one-pass probe is furthest beyond nominal images'
    const by = at((position) => startStepBy(probe, report, family, position))
    rules.push(outcome('per image: probe', how, { rule: probe }, by, family.levels.length))
  }
  const clear = bestUntilClear(report, family, choosing(null))
  if (clear) {
    const how = `T′ ${clear.startSteps.join(', ')}, one after another until the mean score is clear; these are best on the choosing half`
    const by = (position: number) => untilClear(clear, family, position)
    rules.push(outcome('per image: until clear', how, { rule: clear }, by))
  }
  if (family.levels.length > 1) {
    const every = everyStepRule(family.levels.map(({ reconstruction }) => reconstruction.startStep))
    const how = 'mean score over every T′ of the sweep; nothing is chosen'
    const by = (position: number) => untilClear(every, family, position)
    rules.push(outcome('every T′ together', how, { rule: every }, by))
  }
  return rules
}

function distanceTo({ reconstruction }: SweepCell, startStep: number): number {
  return Math.abs(reconstruction.startStep - startStep)
}
