import type { ImageId } from '../../../../../shared/core/ids.ts'
import { REVIEWED_AT_ONCE } from '../../../../../shared/datasets/review.ts'
import type { ReviewPatch } from '../../../../../shared/ipc/routes/reviews.ts'
import { request } from '../../../api/client.ts'
import { plural } from '../../../format/numbers.ts'
import type { Toasts } from '../../core/state/toasts.svelte.ts'

/** Gives verdicts, labels and causes to images, one or many, and takes them back. */
export class Reviewing {
  /** What was recorded in one step; of very many images in several requests. */
  #steps = $state.raw<readonly (readonly string[])[]>([])
  readonly #toasts: Toasts

  constructor(toasts: Toasts) {
    this.#toasts = toasts
  }

  get canUndo(): boolean {
    return this.#steps.length > 0
  }

  /** True when it was recorded; a failure is shown. */
  async set(imageIds: readonly ImageId[], patch: ReviewPatch): Promise<boolean> {
    return this.#toasts.attempt(async () => {
      const step: string[] = []
      try {
        for (let at = 0; at < imageIds.length; at += REVIEWED_AT_ONCE) {
          const slice = imageIds.slice(at, at + REVIEWED_AT_ONCE)
          step.push((await request('reviews.set', { imageIds: slice, patch })).change)
        }
      } finally {
        if (step.length > 0) this.#steps = [...this.#steps, step]
      }
    })
  }

  /** Takes the last change back that has not been taken back yet. */
  async undo(): Promise<void> {
    const step = this.#steps.at(-1)
    if (step === undefined) return
    this.#steps = this.#steps.slice(0, -1)
    await this.#toasts.attempt(async () => {
      let images = 0
      for (const change of step.toReversed())
        images += (await request('reviews.undo', { change })).images
      this.#toasts.show(`Taken back for ${plural(images, 'image')}.`)
    })
  }
}
