import type { ReconstructionSettings } from '../../../../../shared/config/run-config.ts'
import type { CheckpointId, ImageId, RunId } from '../../../../../shared/core/ids.ts'
import type { Preview } from '../../../../../shared/ipc/routes/start-step.ts'
import type { PreviewStep } from '../../../../../shared/processes/engine.ts'
import { ApiError, messageOf, request } from '../../../api/client.ts'
import { subscribe } from '../../../api/events.ts'

export interface PreviewTarget {
  readonly runId: RunId
  readonly imageId: ImageId
  readonly checkpointId: CheckpointId | null
  readonly reconstruction: ReconstructionSettings
}

/** Slider moves closer together than this are one request. */
const SETTLE_MS = 60

/** The live reconstruction of one image: steps as they come, and the newest whole result. */
export class LivePreview {
  size = $state(0)
  noised = $state.raw<Uint8Array | null>(null)
  /** Of the request in progress, or of the last one. */
  steps = $state.raw<readonly PreviewStep[]>([])
  result = $state.raw<Preview | null>(null)
  /** What the result is of. */
  of = $state.raw<PreviewTarget | null>(null)
  busy = $state(false)
  error = $state.raw<string | null>(null)
  #token = 0
  #timer: ReturnType<typeof setTimeout> | undefined
  readonly #unsubscribe = subscribe('preview.event', ({ token, event }) => {
    if (token !== this.#token) return
    if (event.type === 'noised') {
      this.size = event.size
      this.noised = event.picture
      this.steps = []
    } else {
      this.steps = [...this.steps, event]
    }
  })

  /** Shows another setting soon; the newest of quick changes counts. */
  show(target: PreviewTarget): void {
    clearTimeout(this.#timer)
    this.busy = true
    this.#timer = setTimeout(() => void this.#run(target), SETTLE_MS)
  }

  /** Forgets the image. */
  clear(): void {
    this.stop()
    this.noised = null
    this.steps = []
    this.result = null
    this.of = null
    this.error = null
  }

  stop(): void {
    clearTimeout(this.#timer)
    this.#token += 1
    if (this.busy) void request('preview.stop', null)
    this.busy = false
  }

  /** Ends everything; the object is not used again. */
  close(): void {
    this.stop()
    this.#unsubscribe()
  }

  async #run(target: PreviewTarget): Promise<void> {
    const token = ++this.#token
    this.error = null
    this.steps = []
    try {
      const result = await request('preview.start', { token, ...target, steps: false })
      if (token !== this.#token) return
      this.size = result.size
      this.result = result
      this.of = target
      // A stored map comes at once and stays; its passes are for looking at.
      if (this.steps.length === 0) await request('preview.start', { token, ...target, steps: true })
      if (token !== this.#token) return
    } catch (error) {
      if (token !== this.#token) return
      if (!(error instanceof ApiError && error.code === 'CANCELLED')) this.error = messageOf(error)
    }
    this.busy = false
  }
}
