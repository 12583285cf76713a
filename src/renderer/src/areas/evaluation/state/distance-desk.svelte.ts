import type { DistanceRow } from '../../../../../shared/evaluation/cached-figures.ts'
import type { MetricRow } from '../../../../../shared/evaluation/evaluation.ts'
import type { EvaluationId } from '../../../../../shared/core/ids.ts'
import { request } from '../../../api/client.ts'
import { Separation } from '../reading/separation.ts'
import { Remote } from '../../core/state/remote.svelte.ts'
import type { ThresholdDesk } from './threshold-desk.svelte.ts'

/** Milliseconds that v must rest before pixels are counted anew. */
const REST = 200
const POINTS = 41

/** Feature and pixel distance, each alone and blended, for the category and each defect type. */
export class DistanceDesk {
  readonly desk: ThresholdDesk
  readonly distances = new Remote<readonly DistanceRow[]>()
  readonly figures = new Remote<readonly MetricRow[]>()

  constructor(desk: ThresholdDesk) {
    this.desk = desk
  }

  /** Right end of the curves. */
  readonly most = $derived.by(() => Math.max(4, Math.ceil(this.desk.evaluatedWeight * 2.5)))
  readonly weights = $derived(
    Array.from({ length: POINTS }, (_, i) => (i / (POINTS - 1)) * this.most),
  )
  readonly separation = $derived.by(() => {
    const envelopes = this.desk.envelopes.value
    return envelopes && new Separation(this.desk.page.results.value ?? [], envelopes)
  })
  readonly curves = $derived.by(() => {
    const separation = this.separation
    if (!separation) return []
    const types = separation.types.length > 1 ? separation.types : []
    return [null, ...types].map((type) => ({
      name: type ?? 'all',
      values: this.weights.map((weight) => separation.at(weight, type)),
    }))
  })
  /** v with the largest image AUROC of all types. */
  readonly best = $derived.by(() => {
    const values = this.curves[0]?.values ?? []
    const top = Math.max(...values.map((value) => value ?? 0))
    return this.weights[values.findIndex((value) => value === top)] ?? null
  })
  readonly rows = $derived.by(() => {
    const separation = this.separation
    if (!separation) return []
    return [null, ...separation.types].map((type) => ({
      type,
      feature: separation.at(0, type),
      pixel: separation.at(Infinity, type),
      blend: separation.at(this.desk.pixelWeight, type),
      stored: this.distances.value?.find(({ defectType }) => defectType === type),
      blendPixels:
        this.figures.value?.find((row) => row.defectType === type && row.name === 'pixelAuroc')
          ?.value ?? null,
    }))
  })

  open(evaluationId: EvaluationId): void {
    this.desk.loadEnvelopes()
    void this.distances.load(() => request('evaluations.distances', { evaluationId }))
  }

  /** Pixel figures at v; the returned function takes a waiting question back. */
  follow(evaluationId: EvaluationId, pixelWeight: number): () => void {
    const ask = () => request('evaluations.figures', { evaluationId, pixelWeight })
    const timer = setTimeout(() => void this.figures.load(ask), REST)
    return () => clearTimeout(timer)
  }
}
