import type { ImageId } from '../../../../../shared/core/ids.ts'
import type { ReviewPatch } from '../../../../../shared/ipc/routes/reviews.ts'
import { request } from '../../../api/client.ts'
import { plural } from '../../../format/numbers.ts'
import type { Toasts } from '../../core/state/toasts.svelte.ts'

/** Gives verdicts, labels and causes to images, one or many, and takes them back. */
export class Reviewing {
  #changes = $state.raw<readonly string[]>([])
  readonly #toasts: Toasts

  constructor(toasts: Toasts) {
    this.#toasts = toasts
  }

  get canUndo(): boolean {
    return this.#changes.length > 0
  }

  /** True when it was recorded; a failure is shown. */
  async set(imageIds: readonly ImageId[], patch: ReviewPatch): Promise<boolean> {
    return this.#toasts.attempt(async () => {
      const { change } = await request('reviews.set', { imageIds: [...imageIds], patch })
      this.#changes = [...this.#changes, change]
    })
  }

  /** Takes the last change back that has not been taken back yet. */
  async undo(): Promise<void> {
    const change = this.#changes.at(-1)
    if (change === undefined) return
    this.#changes = this.#changes.slice(0, -1)
    await this.#toasts.attempt(async () => {
      const { images } = await request('reviews.undo', { change })
      this.#toasts.show(`Taken back for ${plural(images, 'image')}.`)
    })
  }
}
