import type { ResultEnvelope } from '../../../../../shared/evaluation/cached-figures.ts'
import type { ImageResult } from '../../../../../shared/evaluation/evaluation.ts'
import type { ImageResultId } from '../../../../../shared/core/ids.ts'
import { auroc } from '../../../../../shared/metrics/auroc.ts'
import { pixelScoreOf, scoreOf, type Envelope } from '../../../../../shared/metrics/envelope.ts'
import { rankScores } from '../../../../../shared/metrics/ranking.ts'

/** Infinity scores by the pixel distance alone. */
export type Weight = number

/** Image AUROC at any v, of the category (null) or one defect type against all nominal images. */
export class Separation {
  readonly types: readonly string[]
  readonly #results: readonly ImageResult[]
  readonly #envelopes: ReadonlyMap<ImageResultId, Envelope>

  constructor(results: readonly ImageResult[], envelopes: readonly ResultEnvelope[]) {
    this.#envelopes = new Map(envelopes.map(({ resultId, envelope }) => [resultId, envelope]))
    this.#results = results.filter(({ id }) => this.#envelopes.has(id))
    const anomalous = this.#results.filter((result) => result.anomalous)
    this.types = [...new Set(anomalous.map(({ defectType }) => defectType))].sort()
  }

  /** Null when a class is absent. */
  at(weight: Weight, type: string | null): number | null {
    const own = this.#results.filter(
      ({ anomalous, defectType }) => !anomalous || type === null || defectType === type,
    )
    const scores = own.map(({ id, ratio }) => {
      const envelope = this.#envelopes.get(id) ?? []
      return weight === Infinity ? pixelScoreOf(envelope) : scoreOf(envelope, weight * ratio)
    })
    return auroc(rankScores([{ scores, labels: own.map(({ anomalous }) => Number(anomalous)) }]))
  }
}
