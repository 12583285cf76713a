/** Figures of finished evaluations that follow from what is stored: any v, without the network. */
import type {
  DistanceRow,
  PixelCurve,
  ResultCost,
  ResultEnvelope,
} from '../../../shared/evaluation/cached-figures.ts'
import type { ImageResult, MetricRow } from '../../../shared/evaluation/evaluation.ts'
import type { EvaluationId } from '../../../shared/core/ids.ts'
import { scoreOf } from '../../../shared/metrics/envelope.ts'
import { choosingPart } from '../../../shared/metrics/held-out.ts'
import type { BackgroundContract } from '../../../shared/processes/background.ts'
import type { Supervisor } from '../../processes/supervisor.ts'
import type { Files } from '../datasets/files.ts'
import type { Workspace } from '../core/workspace.ts'
import { found } from '../core/found.ts'

export function createCachedFigures(
  { store, resolve }: Workspace,
  files: Files,
  background: Supervisor<BackgroundContract>,
) {
  /** The images of an evaluation with their maps, and the masks in force. */
  async function stored(id: EvaluationId) {
    const evaluation = found(store.evaluations.get(id), `evaluation ${id}`)
    const stored = store.imageResults.stored(id)
    const masks = await files.masks(stored.flatMap(({ maskInForce }) => maskInForce ?? []))
    const results = stored.map(
      ({ result: { anomalous, defectType, ratio }, maps, maskInForce }) => ({
        ...{ anomalous, defectType, ratio, maps: resolve(maps) },
        maskFile: maskInForce === null ? null : masks.get(maskInForce)!,
      }),
    )
    const list = stored.map(({ result }) => result)
    const { settings, chosenOn } = evaluation
    return { list, results, scoring: settings.scoring, chosenOn }
  }

  return {
    /** The results with their scores at another v. */
    rescored: async (id: EvaluationId, pixelWeight: number): Promise<readonly ImageResult[]> => {
      const { list, results, scoring } = await stored(id)
      const envelopes = await background.call('envelopes', { results, crop: scoring.crop }).result
      return list.map((result, index) => ({
        ...result,
        score: scoreOf(envelopes[index]!, pixelWeight * result.ratio),
      }))
    },
    /** What scores each image at any v. */
    envelopes: async (id: EvaluationId): Promise<readonly ResultEnvelope[]> => {
      const { list, results, scoring } = await stored(id)
      const { crop } = scoring
      const envelopes = await background.call('envelopes', { results, crop }).result
      return list.map((result, index) => ({
        resultId: result.id,
        envelope: envelopes[index] ?? [],
      }))
    },
    /** All figures with another v and the masks in force. */
    figures: async (id: EvaluationId, pixelWeight: number): Promise<readonly MetricRow[]> => {
      const { results, scoring } = await stored(id)
      const input = { scoring: { ...scoring, pixelWeight }, results }
      return (await background.call('metrics', input).result).metrics
    },
    /** How well each of the two distances separates alone. */
    distances: async (id: EvaluationId): Promise<readonly DistanceRow[]> => {
      const { results, scoring } = await stored(id)
      return background.call('distances', { results, crop: scoring.crop }).result
    },
    /**
     * Pixels called defective at any threshold.
     * @param half Seed of the half that a threshold was chosen on, whose images are left out; null: none.
     */
    pixelCurve: async (
      id: EvaluationId,
      pixelWeight: number,
      half: number | null,
    ): Promise<PixelCurve> => {
      const { list, results, scoring, chosenOn } = await stored(id)
      const chosen = half === null ? null : choosingPart(list, half, chosenOn)
      const places =
        chosen && list.flatMap(({ imageId }, place) => (chosen.has(imageId) ? [] : [place]))
      const input = { results, scoring: { ...scoring, pixelWeight }, places }
      return background.call('pixelCurve', input).result
    },
    /** What each image of a defect type (null: of all), with all nominal ones, costs the pixel figures. */
    pixelCosts: async (
      id: EvaluationId,
      defectType: string | null,
    ): Promise<readonly ResultCost[]> => {
      const { list, results, scoring } = await stored(id)
      const costs = await background.call('pixelCosts', { results, scoring, defectType }).result
      return list
        .filter((one) => !one.anomalous || defectType === null || one.defectType === defectType)
        .flatMap(({ id: resultId }, place) => {
          const cost = costs?.[place]
          return cost ? [{ resultId, ...cost }] : []
        })
    },
  }
}

export type CachedFigures = ReturnType<typeof createCachedFigures>
