import type { ImageEntry } from '../../../../../shared/datasets/dataset.ts'
import type { Evaluation, ImageResult } from '../../../../../shared/evaluation/evaluation.ts'
import type { EvaluationId, ImageId } from '../../../../../shared/core/ids.ts'
import type { ImageQuery } from '../../../../../shared/ipc/routes/images.ts'
import { messageOf, request } from '../../../api/client.ts'
import { subscribe } from '../../../api/events.ts'
import { defaultThreshold } from '../../evaluation/reading/threshold.ts'
import { loadReviewPictures, type ReviewPictures } from '../../../viewer/review-pictures.ts'

interface Shown {
  readonly image: ImageEntry
  readonly result: ImageResult | null
  readonly pictures: ReviewPictures
}

/** @throws When the image itself cannot be shown. */
async function picturesOf(...[image, ...rest]: Parameters<typeof loadReviewPictures>) {
  if (image.fileState !== 'missing') return loadReviewPictures(image, ...rest)
  throw new Error(
    `${image.path} is missing. Put it back; if the data set’s folder was moved, say where it is now: Data sets → Check files → Relink.`,
  )
}

/** One image in the four-up, with the evaluation it is seen under and the images around it. */
export class Review {
  shown = $state.raw<Shown | null>(null)
  evaluation = $state.raw<Evaluation | null>(null)
  results = $state.raw<readonly ImageResult[]>([])
  /** The images that next and previous walk through. */
  sequence = $state.raw<readonly ImageId[]>([])
  loading = $state(false)
  error = $state.raw<string | null>(null)
  readonly threshold = $derived(defaultThreshold(this.evaluation, this.results))
  /** The image that cannot be shown, so that the way on begins at it. */
  #failed = $state.raw<ImageId | null>(null)
  readonly position = $derived.by(() => {
    const imageId = this.#failed ?? this.shown?.image.id
    return imageId === undefined ? -1 : this.sequence.indexOf(imageId)
  })
  #generation = 0
  /** What was last asked for. */
  #asked: Parameters<Review['open']> | null = null
  /** The evaluation is to be read again though it is the same one. */
  #stale = false
  #queue: { readonly key: string; readonly ids: readonly ImageId[] } | null = null

  /** Shows an image; the one before stays until all of the new one is there. */
  async open(
    imageId: ImageId,
    evaluationId: EvaluationId | undefined,
    queue: ImageQuery | undefined,
  ): Promise<void> {
    const generation = ++this.#generation
    this.#asked = [imageId, evaluationId, queue]
    this.loading = true
    try {
      const image = await request('images.get', { imageId })
      const evaluation = await this.#evaluationFor(image, evaluationId)
      const results = await this.#resultsOf(evaluation)
      const result = results.find((entry) => entry.imageId === imageId) ?? null
      const sequence = queue
        ? await this.#sequenceOf(queue)
        : await this.#sequenceFor(image, result ? results : null)
      const loading = picturesOf(image, result, evaluation)
      await loading.catch(() => undefined)
      if (generation !== this.#generation) return
      this.#stale = false
      this.evaluation = evaluation
      this.results = results
      this.sequence = sequence
      this.shown = { image, result, pictures: await loading }
      this.#failed = null
      this.error = null
    } catch (error) {
      if (generation !== this.#generation) return
      this.#failed = imageId
      this.error = messageOf(error)
    }
    this.loading = false
  }

  /** Reads again what is shown when it changes elsewhere; the returned function ends that. */
  follow(): () => void {
    const again = (): void => void (this.#asked && this.open(...this.#asked))
    const endings = [
      subscribe('masks.changed', ({ imageId }) => imageId === this.shown?.image.id && again()),
      subscribe('evaluations.changed', ({ evaluationId }) => {
        if (evaluationId !== this.evaluation?.id) return
        this.#stale = true
        again()
      }),
    ]
    return () => endings.forEach((end) => end())
  }

  /** The image `step` places further on; null at either end. */
  neighbour(step: number): ImageId | null {
    return this.position < 0 ? null : (this.sequence[this.position + step] ?? null)
  }

  async #evaluationFor(
    image: ImageEntry,
    id: EvaluationId | undefined,
  ): Promise<Evaluation | null> {
    if (id !== undefined) {
      if (this.evaluation?.id === id && !this.#stale) return this.evaluation
      return request('evaluations.get', { evaluationId: id })
    }
    const latest = await request('evaluations.latest', { datasetId: image.datasetId })
    return latest.find(({ category }) => category === image.category) ?? null
  }

  async #resultsOf(evaluation: Evaluation | null): Promise<readonly ImageResult[]> {
    if (!evaluation) return []
    if (this.evaluation?.id === evaluation.id && this.results.length > 0 && !this.#stale)
      return this.results
    const results = await request('evaluations.results', { evaluationId: evaluation.id })
    return results.toSorted((a, b) => b.score - a.score)
  }

  /** The images of a list in its order, which stays as it is while it is walked through. */
  async #sequenceOf(query: ImageQuery): Promise<readonly ImageId[]> {
    const key = JSON.stringify(query)
    if (this.#queue?.key === key) return this.#queue.ids
    const ids = await request('images.ids', { query, offset: 0, limit: 1_000_000 })
    this.#queue = { key, ids }
    return ids
  }

  /** Results by score, highest first; without a result, the images of the category and split. */
  async #sequenceFor(
    image: ImageEntry,
    results: readonly ImageResult[] | null,
  ): Promise<readonly ImageId[]> {
    this.#queue = null
    if (results) return results.map((result) => result.imageId)
    if (this.sequence.includes(image.id)) return this.sequence
    const { datasetId, category, split } = image
    const filter = { category, splits: [split] }
    const query = { datasetId, filter, sort: 'name' as const, descending: false }
    return request('images.ids', { query, offset: 0, limit: 1_000_000 })
  }
}
