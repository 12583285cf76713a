/** T′ chosen for each image of an evaluation, with maps whose scores stay comparable. */
import type { ReconstructionSettings } from '../../../shared/config/run-config.ts'
import { probeSettings } from '../../../shared/diffusion/passes.ts'
import type { ImageEntry } from '../../../shared/datasets/dataset.ts'
import { chooseStartStep, isClear } from '../../../shared/diffusion/start-step-rule.ts'
import type {
  NeighbourRule,
  StartStepRule,
  UntilClearRule,
} from '../../../shared/config/start-step-rule.ts'
import type { Calibration } from '../../../shared/evaluation/evaluation.ts'
import { DdadError } from '../../../shared/errors.ts'
import { nominalScores } from '../../../shared/maps/sweep.ts'
import { requireDiffusion } from '../runs/run-weights.ts'
import { combineParts, type MapPart } from './combined-maps.ts'
import type { Chosen, EvaluationWork } from './evaluate-job.ts'
import { featuresName, plainImage } from './map-store.ts'
import { measureStored } from './measures.ts'
import { distanceBank } from './sweep-plan.ts'

/** How maps at one T′ are brought to the scale of the evaluation's own T′. */
interface LevelScale {
  readonly ratio: number
  readonly factor: number
}

/**
 * Chooses T′ for images by a rule and sees to their maps. Maps at another T′ than the evaluation's own are brought to
 * its scale, by the nominal limits at both, and then belong to the evaluation alone.
 *
 * @param own the calibration at the evaluation's own T′
 * @throws {DdadError} INVALID_INPUT for the reference's normalisation, by which scores depend on the batch
 */
export async function chooseMaps(
  work: EvaluationWork,
  rule: StartStepRule,
  own: Calibration,
): Promise<readonly Chosen[]> {
  const { context, evaluation, tests, calibration } = work
  requireDiffusion(work.run)
  const { reconstruction, scoring } = evaluation.settings
  if (scoring.normalisation !== 'calibrated')
    throw new DdadError(
      'INVALID_INPUT',
      'T′ can be chosen for each image with the calibrated normalisation only: the reference’s makes scores depend on the batch.',
    )
  const limit = ({ nominalScores: scores }: Calibration) => nominalScores(scores).limit
  const at = (startStep: number): ReconstructionSettings => ({ ...reconstruction, startStep })
  async function scaleAt(startStep: number): Promise<LevelScale> {
    if (startStep === reconstruction.startStep) return { ratio: own.ratio, factor: 1 }
    const measured = await work.calibrate(at(startStep))
    return { ratio: measured.ratio, factor: limit(own) / limit(measured) }
  }
  const withCalibration = (startStep: number, images: readonly ImageEntry[]) =>
    [calibration, images].map((some) => ({ settings: at(startStep), images: some }))

  if (rule.kind === 'until-clear') {
    const found = await untilClear(rule, tests, async (images, startStep) => {
      await work.ensure(withCalibration(startStep, images))
      const { ratio, factor } = await scaleAt(startStep)
      const made = await work.maps({ settings: at(startStep), images })
      const maps = images.map(({ sha256 }) => made.get(sha256)!)
      const scores = await scoresOf(work, maps, scoring.pixelWeight * ratio)
      const pixel = own.ratio > 0 ? (factor * ratio) / own.ratio : factor
      return maps.map((map, i) => ({
        score: (scores[i]! * factor) / limit(own),
        part: { map, feature: factor, pixel },
      }))
    })
    const chosen: Chosen[] = []
    for (const { image, parts, startStep } of found) {
      const map = await combineParts(context, evaluation, image.sha256, parts)
      chosen.push({ image, map, startStep, ratio: own.ratio })
    }
    return chosen
  }
  const startSteps =
    rule.kind === 'neighbours' ? await byNeighbours(work, rule) : await byProbes(work, rule)
  const levels = Map.groupBy(tests, (image) => startSteps.get(image)!)
  await work.ensure([...levels].flatMap(([startStep, some]) => withCalibration(startStep, some)))
  const chosen: Chosen[] = []
  for (const [startStep, images] of levels) {
    const { ratio, factor } = await scaleAt(startStep)
    const made = await work.maps({ settings: at(startStep), images })
    for (const image of images) {
      const part = { map: made.get(image.sha256)!, feature: factor, pixel: factor }
      const map = await combineParts(context, evaluation, image.sha256, [part])
      chosen.push({ image, map, startStep, ratio })
    }
  }
  return chosen
}

async function scoresOf(
  { context: { workspace, background }, evaluation }: EvaluationWork,
  maps: readonly Chosen['map'][],
  weight: number,
): Promise<readonly number[]> {
  const { crop } = evaluation.settings.scoring
  const items = maps.map((map) => ({ map, mask: null }))
  const measured = await measureStored(workspace, background, items, weight, crop)
  return measured.map(({ score }) => score)
}

async function byNeighbours(
  work: EvaluationWork,
  rule: NeighbourRule,
): Promise<ReadonlyMap<ImageEntry, number>> {
  const { context, run, weights, tests } = work
  const { neighbours } = rule
  const { bank, name } = distanceBank(run, work.images, context.files, neighbours)
  const images = tests.map((image) => plainImage(context.files, image))
  await work.ensure([], [{ weights, bank, name, images, neighbours }])
  const { store } = context.workspace
  const distances = store.sweeps.distances(featuresName(run, weights), name)
  return new Map(
    tests.map((image) => {
      const distance = distances.get(image.sha256) ?? Infinity
      return [image, chooseStartStep(rule, { distance })]
    }),
  )
}

async function byProbes(
  work: EvaluationWork,
  rule: Extract<StartStepRule, { kind: 'probe' }>,
): Promise<ReadonlyMap<ImageEntry, number>> {
  const { tests, evaluation } = work
  const levels = rule.startSteps.map((startStep) => ({
    settings: probeSettings({ ...evaluation.settings.reconstruction, startStep }),
    images: tests,
  }))
  await work.ensure(levels)
  const scores = new Map(tests.map((image) => [image, [] as number[]]))
  for (const [level, at] of levels.entries()) {
    const maps = await work.maps(at)
    const made = tests.map(({ sha256 }) => maps.get(sha256)!)
    const found = await scoresOf(work, made, rule.weights[level]!)
    for (const [i, image] of tests.entries()) scores.get(image)!.push(found[i]!)
  }
  return new Map(
    tests.map((image) => [image, chooseStartStep(rule, { probes: scores.get(image)! })]),
  )
}

/** T′ rises until each image is clear. */
async function untilClear(
  rule: UntilClearRule,
  images: readonly ImageEntry[],
  level: (
    images: readonly ImageEntry[],
    startStep: number,
  ) => Promise<readonly { readonly score: number; readonly part: MapPart }[]>,
) {
  const found = images.map((image) => ({
    image,
    scores: [] as number[],
    parts: [] as MapPart[],
    startStep: rule.startSteps[0]!,
  }))
  let open = found
  for (const startStep of rule.startSteps) {
    const scored = await level(
      open.map(({ image }) => image),
      startStep,
    )
    for (const [i, one] of open.entries()) {
      one.scores.push(scored[i]!.score)
      one.parts.push(scored[i]!.part)
      one.startStep = startStep
    }
    open = open.filter(({ scores }) => !isClear(rule, scores))
    if (open.length === 0) break
  }
  return found
}
