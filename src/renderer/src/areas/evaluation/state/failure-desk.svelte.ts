import type { ImageResult } from '../../../../../shared/evaluation/evaluation.ts'
import type { DatasetId, ImageId } from '../../../../../shared/core/ids.ts'
import type { Cause, Review, ReviewCounts } from '../../../../../shared/datasets/review.ts'
import { request } from '../../../api/client.ts'
import { subscribe } from '../../../api/events.ts'
import { indexBy } from '../../core/state/index-by.ts'
import { Remote } from '../../core/state/remote.svelte.ts'
import type { ThresholdDesk } from './threshold-desk.svelte.ts'

/** Images whose reviews are read, those with the highest scores first. */
const MOST = 1000

export type FailureKind = 'missed' | 'false alarm'

export interface Failure {
  readonly result: ImageResult
  readonly kind: FailureKind
  /** How far on the wrong side, in units of the threshold. */
  readonly margin: number
}

/** The images that are decided wrongly, what people found to be the causes, and the one at hand. */
export class FailureDesk {
  readonly desk: ThresholdDesk
  readonly reviews = new Remote<readonly Review[]>()
  readonly counts = new Remote<ReviewCounts>()
  kind = $state<FailureKind | ''>('')
  cause = $state<Cause | 'none' | ''>('')
  type = $state('')
  #current = $state<ImageId | null>(null)
  /** Changes that can be undone, the newest last. */
  #changes = $state.raw<readonly string[]>([])

  constructor(desk: ThresholdDesk) {
    this.desk = desk
  }

  /** Worst first, missed defects and false alarms together. */
  readonly all = $derived.by((): readonly Failure[] => {
    const { missed, alarms, threshold, from } = this.desk
    const margin = (score: number, at: number) => Math.abs(score - at) / (Math.abs(at) || 1)
    const both: Failure[] = [
      ...missed.map((result) => ({
        result,
        kind: 'missed' as const,
        margin: margin(result.score, threshold),
      })),
      ...alarms.map((result) => ({
        result,
        kind: 'false alarm' as const,
        margin: margin(result.score, from),
      })),
    ]
    return both.toSorted((a, b) => b.margin - a.margin)
  })
  readonly #reviewOf = $derived(indexBy(this.reviews.value, ({ imageId }) => imageId))
  readonly shown = $derived.by(() =>
    this.all.filter(({ result, kind }) => {
      const causes = this.causesOf(result.imageId)
      return (
        (this.kind === '' || kind === this.kind) &&
        (this.type === '' || result.defectType === this.type) &&
        (this.cause === '' ||
          (this.cause === 'none' ? causes.length === 0 : causes.includes(this.cause)))
      )
    }),
  )
  readonly position = $derived.by(() => {
    const at = this.shown.findIndex(({ result }) => result.imageId === this.#current)
    return at < 0 ? 0 : at
  })
  readonly current = $derived(this.shown[this.position])
  readonly undoable = $derived(this.#changes.length > 0)

  open(datasetId: DatasetId, category: string): () => void {
    const refresh = (): void => {
      void this.counts.load(() => request('reviews.counts', { datasetId, category }))
      void this.loadReviews()
    }
    refresh()
    return subscribe('reviews.changed', refresh)
  }

  /** Reads the reviews of all results once, so that dragging a threshold asks for nothing. */
  async loadReviews(): Promise<void> {
    const imageIds = this.desk.results.map(({ imageId }) => imageId).slice(0, MOST)
    if (imageIds.length > 0) await this.reviews.load(() => request('reviews.current', { imageIds }))
  }

  causesOf(imageId: ImageId): readonly Cause[] {
    return this.#reviewOf.get(imageId)?.causes ?? []
  }

  select({ result }: Failure): void {
    this.#current = result.imageId
  }

  step(by: number): void {
    const next = this.shown[Math.max(0, Math.min(this.shown.length - 1, this.position + by))]
    if (next) this.select(next)
  }

  /** Sets the cause of the image at hand, or takes it back when it has it, and goes on to the next. */
  async setCause(cause: Cause): Promise<void> {
    const failure = this.current
    if (!failure) return
    const { imageId } = failure.result
    const had = this.causesOf(imageId).includes(cause)
    const next = this.shown[this.position + 1]
    const { change } = await request('reviews.set', {
      imageIds: [imageId],
      patch: { causes: had ? [] : [cause] },
    })
    this.#changes = [...this.#changes, change]
    if (next && !had) this.select(next)
    else this.select(failure)
  }

  async undo(): Promise<void> {
    const change = this.#changes.at(-1)
    if (change === undefined) return
    this.#changes = this.#changes.slice(0, -1)
    await request('reviews.undo', { change })
  }
}
