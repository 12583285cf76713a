import type { ReconstructionSettings } from '../../../../../shared/config/run-config.ts'
import type { SweepSpec } from '../../../../../shared/config/sweep-spec.ts'
import type { ImageEntry } from '../../../../../shared/datasets/dataset.ts'
import type { CheckpointId, ImageId } from '../../../../../shared/core/ids.ts'
import type { Run } from '../../../../../shared/runs/run.ts'
import { familyOf } from '../../../../../shared/maps/start-step-family.ts'
import type { SweepCell, SweepReport } from '../../../../../shared/maps/sweep.ts'
import { request } from '../../../api/client.ts'
import { subscribe } from '../../../api/events.ts'
import { LivePreview } from './live-preview.svelte.ts'
import { Remote } from '../../core/state/remote.svelte.ts'

/** The page on one run's start step: settings under the sliders, the live image and what sweeps have stored. */
export class StartStepPage {
  readonly run: Run
  readonly live = new LivePreview()
  readonly images = new Remote<readonly ImageEntry[]>()
  readonly report = new Remote<SweepReport>()
  #base!: ReconstructionSettings
  reconstruction = $state.raw<ReconstructionSettings>(null!)
  /** v */
  pixelWeight = $state(0)
  imageId = $state.raw<ImageId | null>(null)
  readonly image = $derived(
    this.images.value?.find(({ id }) => id === this.imageId) ?? this.images.value?.[0] ?? null,
  )
  readonly cells = $derived(this.report.value?.cells.filter(({ probe }) => !probe) ?? [])
  /** Checkpoints with swept maps, the newest first. */
  readonly checkpoints = $derived(
    this.cells
      .map(({ checkpointId: id, checkpointStep: step }) => ({ id, step }))
      .filter(({ id }, index, all) => all.findIndex((one) => one.id === id) === index)
      .toSorted((a, b) => b.step - a.step),
  )
  /** That the user looks at; null: the newest. */
  chosenCheckpoint = $state.raw<CheckpointId | null>(null)
  /** Checkpoint that the curves are of. */
  readonly checkpointId = $derived(this.chosenCheckpoint ?? this.checkpoints[0]?.id ?? 0)
  /** Settings of the newest sweep. */
  readonly newest = new Remote<SweepSpec | null>()
  /** v of the newest sweep and the one in view. */
  readonly pixelWeights = $derived(
    [...(this.newest.value?.pixelWeights ?? []), this.pixelWeight]
      .filter((v, index, all) => all.indexOf(v) === index)
      .toSorted((a, b) => a - b),
  )
  /** w and skip of the curves: those of the sliders where they were swept, else the nearest. */
  readonly sweptWeight = $derived(
    nearest(
      this.cells.map((cell) => cell.reconstruction.guidanceWeight),
      this.reconstruction.guidanceWeight,
    ),
  )
  readonly sweptSkip = $derived(
    nearest(
      this.cells
        .filter(({ reconstruction: { skip, startStep } }) => skip < startStep)
        .map((cell) => cell.reconstruction.skip),
      this.reconstruction.skip,
    ),
  )
  readonly family = $derived(
    this.report.value
      ? familyOf(this.report.value, {
          checkpointId: this.checkpointId,
          guidanceWeight: this.sweptWeight,
          skip: this.sweptSkip,
          base: this.#base,
        })
      : { levels: [], probes: [] },
  )
  readonly position = $derived(
    this.report.value?.images.findIndex(
      ({ imageId, group }) => group === 'test' && imageId === this.image?.id,
    ) ?? -1,
  )
  #held = false
  #refreshing: ReturnType<typeof setTimeout> | undefined
  readonly #endings: readonly (() => void)[]

  constructor(run: Run) {
    this.run = run
    this.#base = run.config.reconstruction
    this.reconstruction = run.config.reconstruction
    this.pixelWeight = run.config.scoring.pixelWeight
    const { datasetId, category } = run
    const filter = { category, splits: ['test' as const] }
    void this.images.load(async () => {
      const query = { datasetId, filter, sort: 'name' as const, descending: false }
      const page = await request('images.list', { query, fresh: true, offset: 0, limit: 500 })
      return page.images
    })
    void this.refresh()
    this.#endings = [
      subscribe('maps.changed', ({ runId }) => {
        if (runId === null || runId === run.id) this.#refreshSoon()
      }),
      subscribe('jobs.changed', ({ changed }) => {
        if (changed.some((job) => job.runId === run.id && job.kind === 'sweep')) this.#refreshSoon()
      }),
    ]
  }

  refresh(): Promise<void> {
    const { pixelWeight } = this
    void this.newest.load(() => request('sweeps.newest', { runId: this.run.id }))
    return this.report.load(async () => {
      const before = this.report.value?.cells ?? []
      const known = before.map(({ version }) => version)
      const report = await request('sweeps.report', { runId: this.run.id, pixelWeight, known })
      const kept = before.filter(({ id }) => report.unchanged.includes(id))
      return { ...report, cells: [...kept, ...report.cells].toSorted((a, b) => a.id - b.id) }
    })
  }

  setPixelWeight(value: number): void {
    this.pixelWeight = value
    this.#refreshSoon(300)
  }

  set(change: Partial<ReconstructionSettings>): void {
    const next = { ...this.reconstruction, ...change }
    this.reconstruction = { ...next, skip: Math.min(next.skip, next.startStep) }
  }

  /** To be called when a hand or a key takes hold of something that may change the settings. */
  hold(): void {
    this.#held = true
  }

  /** Whether a new move has begun since the last time that this was asked. */
  takeHeld(): boolean {
    const held = this.#held
    this.#held = false
    return held
  }

  /** Goes to the setting of a swept cell. */
  goTo({ reconstruction }: SweepCell): void {
    this.hold()
    this.reconstruction = reconstruction
  }

  /** The image `step` places further on. */
  move(step: number): void {
    const images = this.images.value ?? []
    const at = images.findIndex(({ id }) => id === this.image?.id)
    const next = images[at + step]
    if (next) this.imageId = next.id
  }

  close(): void {
    clearTimeout(this.#refreshing)
    for (const end of this.#endings) end()
    this.live.close()
  }

  /** Of a sweep that runs, what is new is read every two seconds at most. */
  #refreshSoon(delay = 2000): void {
    if (this.#refreshing) return
    this.#refreshing = setTimeout(() => {
      this.#refreshing = undefined
      void this.refresh()
    }, delay)
  }
}

function nearest(values: readonly number[], wanted: number): number {
  const distance = (value: number) => Math.abs(value - wanted)
  return values.reduce(
    (best, value) => (distance(value) < distance(best) ? value : best),
    values[0] ?? wanted,
  )
}
