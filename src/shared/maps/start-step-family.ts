/** What a sweep says about each T′: cells that differ in T′ only, and how well they separate images. */
import type { ReconstructionSettings } from '../config/run-config.ts'
import { auroc } from '../metrics/auroc.ts'
import { chooseHalf } from '../metrics/held-out.ts'
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
export const paintedImages: ImageFilter = ({ group }) =>
  group === 'nominal' || group === 'synthetic'

/** The test images that T′ is chosen on, by id; it is judged on the rest. */
export function choosingHalf(images: readonly SweepImageEntry[]): ReadonlySet<number> {
  const tests = images.filter(({ group }) => group === 'test')
  return chooseHalf(tests, 0)
}

/** Defect types of the test images, in their order. */
export const defectTypesIn = (images: readonly SweepImageEntry[]): string[] => [
  ...new Set(
    images
      .filter(({ group, anomalous }) => group === 'test' && anomalous)
      .map(({ defectType }) => defectType),
  ),
]

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
