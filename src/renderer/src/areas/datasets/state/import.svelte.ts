import type { QuestionKind, Reading } from '../../../../../shared/datasets/reading.ts'
import type { ImportReport } from '../../../../../shared/datasets/dataset.ts'
import type { DatasetId, JobId } from '../../../../../shared/core/ids.ts'
import type { Job } from '../../../../../shared/runs/run.ts'
import { ApiError, messageOf, registerDrop, request } from '../../../api/client.ts'
import { subscribe } from '../../../api/events.ts'

interface Folder {
  readonly token: string
  readonly name: string
}

export type ImportStage =
  | { readonly kind: 'idle' }
  | { readonly kind: 'scanning'; readonly folder: Folder }
  | { readonly kind: 'report'; readonly folder: Folder; readonly report: ImportReport }
  /** Queued as a job, or relinking, which has none. */
  | {
      readonly kind: 'adding'
      readonly folder: Folder
      readonly report: ImportReport
      readonly job: Job | null
    }
  | { readonly kind: 'failed'; readonly folder: Folder; readonly message: string }

/** What the studio is told of imports. */
interface Hearers {
  /** @param watched whether the dialog was open until then */
  readonly onAdded: (id: DatasetId, name: string, watched: boolean) => void
  /** It goes on in the queue, without the dialog. */
  readonly onLeft: (job: Job) => void
  readonly onRelinked: (id: DatasetId) => void
}

/**
 * Bringing a folder in: choose or drop, scan, read the report, add or not. Adding is a job of the queue, which
 * the dialog follows until it is over or closed. One folder at a time.
 */
export class DatasetImport {
  stage = $state.raw<ImportStage>({ kind: 'idle' })
  progress = $state.raw({ done: 0, total: 0 })
  /** What was chosen where the folder could be read in several ways. */
  reading = $state.raw<Reading>({})
  /** It is read again after a choice; the report is that of before. */
  rereading = $state(false)
  /** Why the folder was not taken into the queue, a name that is taken for instance. */
  refusal = $state<string | null>(null)
  readonly #waiting: Folder[] = []
  /** The job whose end the dialog tells, or has told. */
  #watched: JobId | null = null
  readonly #hearers: Hearers

  constructor(hearers: Hearers) {
    this.#hearers = hearers
    subscribe('import.progress', ({ token, done, total }) => {
      if (this.stage.kind !== 'idle' && this.stage.folder.token === token) {
        this.progress = { done, total }
      }
    })
    subscribe('jobs.changed', ({ changed }) => {
      const { stage } = this
      if (stage.kind !== 'adding' || !stage.job) return
      const now = changed.find(({ id }) => id === stage.job?.id)
      if (now) this.#follow(now)
    })
    subscribe('job.ended', ({ job }) => {
      if (job.kind !== 'import' || job.state !== 'finished' || job.id === this.#watched) return
      void this.#added(job, false)
    })
  }

  async choose(): Promise<void> {
    const folder = await request('datasets.choose', null)
    if (folder) this.#enqueue([folder])
  }

  async drop(files: readonly File[]): Promise<void> {
    this.#enqueue(await registerDrop(files))
  }

  /** Queues the import. A folder that is still being read goes on being read there. */
  async add(name: string): Promise<void> {
    const { stage } = this
    if (stage.kind !== 'report' && stage.kind !== 'scanning') return
    this.refusal = null
    try {
      const job = await request('datasets.add', {
        token: stage.folder.token,
        name,
        reading: this.reading,
      })
      if (stage.kind === 'scanning') {
        this.#hearers.onLeft(job)
        this.#next()
        return
      }
      this.#watched = job.id
      this.stage = { kind: 'adding', folder: stage.folder, report: stage.report, job }
      // It may have ended before this answer.
      const { jobs } = await request('jobs.list', null)
      const now = jobs.find(({ id }) => id === job.id)
      if (now && this.#watches(job.id)) this.#follow(now)
    } catch (error) {
      this.refusal = messageOf(error)
    }
  }

  /** Chooses how the folder is read, and reads it so. */
  async answer(kind: QuestionKind, value: string): Promise<void> {
    const { stage, reading: before } = this
    if (stage.kind !== 'report') return
    const { folder } = stage
    const reading = { ...before, [kind]: value } as Reading
    this.reading = reading
    this.rereading = true
    this.refusal = null
    const current = (): boolean =>
      this.stage.kind === 'report' && this.stage.folder === folder && this.reading === reading
    try {
      const report = await request('datasets.inspect', { token: folder.token, reading })
      if (current()) this.stage = { kind: 'report', folder, report }
    } catch (error) {
      if (!current()) return
      this.reading = before
      this.refusal = messageOf(error)
    } finally {
      if (this.reading === reading || this.reading === before) this.rereading = false
    }
  }

  /** Takes the folder as the new place of a data set that has exactly its files. */
  async relink(datasetId: DatasetId): Promise<void> {
    if (this.stage.kind !== 'report') return
    const { folder, report } = this.stage
    this.stage = { kind: 'adding', folder, report, job: null }
    try {
      await request('files.relinkTo', { datasetId, token: folder.token })
      this.#hearers.onRelinked(datasetId)
      this.#next()
    } catch (error) {
      this.stage = { kind: 'failed', folder, message: messageOf(error) }
    }
  }

  /** Ends the scan or forgets the report, with nothing stored; a job goes on in the queue. */
  async close(): Promise<void> {
    const { stage } = this
    if (stage.kind === 'idle' || (stage.kind === 'adding' && !stage.job)) return
    if (stage.kind === 'adding' && stage.job) {
      this.#watched = null
      this.#hearers.onLeft(stage.job)
    }
    this.#next()
    if (stage.kind === 'scanning') {
      await request('datasets.endInspect', { token: stage.folder.token })
    }
  }

  #watches(id: JobId): boolean {
    return this.stage.kind === 'adding' && this.stage.job?.id === id
  }

  #follow(job: Job): void {
    const { stage } = this
    if (stage.kind !== 'adding') return
    const { folder } = stage
    if (job.state === 'finished') {
      this.#next()
      void this.#added(job, true)
    } else if (job.state === 'failed') {
      this.#watched = null
      this.stage = { kind: 'failed', folder, message: job.error ?? 'The import failed.' }
    } else if (job.state === 'cancelled' || job.state === 'stopped') {
      this.#next()
    } else {
      this.stage = { ...stage, job }
    }
  }

  async #added({ id }: Job, watched: boolean): Promise<void> {
    const { datasetId, name } = await request('datasets.import', { jobId: id })
    if (datasetId !== null) this.#hearers.onAdded(datasetId, name, watched)
  }

  #enqueue(folders: readonly Folder[]): void {
    this.#waiting.push(...folders)
    if (this.stage.kind === 'idle') this.#next()
  }

  #next(): void {
    this.refusal = null
    this.reading = {}
    this.rereading = false
    const folder = this.#waiting.shift()
    if (folder) void this.#inspect(folder)
    else this.stage = { kind: 'idle' }
  }

  async #inspect(folder: Folder): Promise<void> {
    this.stage = { kind: 'scanning', folder }
    this.progress = { done: 0, total: 0 }
    const current = (): boolean => this.stage.kind === 'scanning' && this.stage.folder === folder
    try {
      const report = await request('datasets.inspect', { token: folder.token })
      if (current()) this.stage = { kind: 'report', folder, report }
    } catch (error) {
      if (!current() || (error instanceof ApiError && error.code === 'CANCELLED')) return
      this.stage = { kind: 'failed', folder, message: messageOf(error) }
    }
  }
}
