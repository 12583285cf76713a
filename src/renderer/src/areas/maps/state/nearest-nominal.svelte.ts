import type { ImageId, RunId } from '../../../../../shared/core/ids.ts'
import type { Nearest, NearestStatus } from '../../../../../shared/maps/nearest.ts'
import type { JobProgress } from '../../../../../shared/runs/run.ts'
import { addresses } from '../../../../../shared/ipc/addresses.ts'
import type { Box } from '../../../../../shared/masks/box.ts'
import { ApiError, messageOf, request } from '../../../api/client.ts'
import { subscribe } from '../../../api/events.ts'
import { loadPicture } from '../../../viewer/pictures.ts'

/** Nominal images that are shown. */
const COUNT = 5

interface Target {
  readonly imageId: ImageId
  /** Whose features; null takes the newest run of the category. */
  readonly runId: RunId | null
}

/** The nominal training images nearest to the image under review, or to a patch of it. */
export class NearestNominal {
  status = $state.raw<NearestStatus | null>(null)
  result = $state.raw<Nearest | null>(null)
  /** Of the result's images, in their order; null where one cannot be read. */
  pictures = $state.raw<readonly (ImageBitmap | null)[]>([])
  /** The patch that is asked for; null is the whole image. */
  patch = $state.raw<Box | null>(null)
  busy = $state(false)
  progress = $state.raw<JobProgress | null>(null)
  error = $state.raw<string | null>(null)
  /** Position of the image that the viewer shows on demand. */
  chosen = $state(0)
  /** A few images at most have no features: searching takes a moment. */
  readonly ready = $derived(
    this.status !== null && this.status.problem === null && this.status.missing <= 1,
  )
  #target: Target | null = null
  #token = 0
  readonly #unsubscribe = subscribe('nearest.progress', ({ token, progress }) => {
    if (token === this.#token) this.progress = progress
  })

  /** Looks at an image: searches at once where little is to be computed, else waits to be asked. */
  async show(target: Target): Promise<void> {
    this.#leave()
    this.#target = target
    this.patch = null
    this.#forget()
    await this.refresh()
  }

  /** Asks again what there is to do. */
  async refresh(): Promise<void> {
    const target = this.#target
    if (!target) return
    const token = ++this.#token
    try {
      const status = await request('nearest.status', target)
      if (token !== this.#token) return
      this.status = status
      this.error = null
    } catch (error) {
      if (token === this.#token) this.error = messageOf(error)
      return
    }
    if (this.ready && this.status && this.status.nominal > 0) await this.search()
  }

  /** Compares another patch, or the whole image. */
  async choose(patch: Box | null): Promise<void> {
    this.patch = patch
    if (this.ready || this.result) await this.search()
  }

  async search(): Promise<void> {
    const target = this.#target
    if (!target) return
    const token = ++this.#token
    this.busy = true
    this.progress = null
    this.error = null
    try {
      const asked = { token, ...target, patch: this.patch, count: COUNT }
      const result = await request('nearest.find', asked)
      const pictures = await Promise.all(
        result.images.map(({ imageId }) =>
          loadPicture(addresses.image(imageId), 'nominal image').catch(() => null),
        ),
      )
      if (token !== this.#token) return
      this.result = result
      this.pictures = pictures
      this.chosen = 0
      this.status = this.status && { ...this.status, missing: 0 }
    } catch (error) {
      if (token !== this.#token) return
      if (!(error instanceof ApiError && error.code === 'CANCELLED')) this.error = messageOf(error)
    }
    this.busy = false
    this.progress = null
  }

  /** Ends the search; what it has computed is kept. */
  async cancel(): Promise<void> {
    this.#leave()
    await this.refresh()
  }

  /** Ends what is under way and forgets the image. */
  hide(): void {
    this.#leave()
    this.#target = null
    this.status = null
    this.patch = null
    this.#forget()
  }

  /** Ends everything; the object is not used again. */
  close(): void {
    this.hide()
    this.#unsubscribe()
  }

  #leave(): void {
    this.#token += 1
    if (this.busy) void request('nearest.stop', null)
    this.busy = false
    this.progress = null
  }

  #forget(): void {
    this.result = null
    this.pictures = []
    this.error = null
    this.chosen = 0
  }
}
