import type { Dataset, ImportReport } from '../../../../shared/domain/dataset.ts'
import type { DatasetId } from '../../../../shared/domain/ids.ts'
import { ApiError, messageOf, registerDrop, request } from '../api/client.ts'
import { subscribe } from '../api/events.ts'

interface Folder {
  readonly token: string
  readonly name: string
}

export type ImportStage =
  | { readonly kind: 'idle' }
  | { readonly kind: 'scanning'; readonly folder: Folder }
  | { readonly kind: 'report'; readonly folder: Folder; readonly report: ImportReport }
  | { readonly kind: 'adding'; readonly folder: Folder; readonly report: ImportReport }
  | { readonly kind: 'failed'; readonly folder: Folder; readonly message: string }

/** Bringing a folder in: choose or drop, scan, read the report, add or not. One folder at a time. */
export class DatasetImport {
  stage = $state.raw<ImportStage>({ kind: 'idle' })
  progress = $state.raw({ done: 0, total: 0 })
  readonly #waiting: Folder[] = []
  readonly #onAdded: (dataset: Dataset) => void
  readonly #onRelinked: (id: DatasetId) => void

  constructor(onAdded: (dataset: Dataset) => void, onRelinked: (id: DatasetId) => void) {
    this.#onAdded = onAdded
    this.#onRelinked = onRelinked
    subscribe('import.progress', ({ token, done, total }) => {
      if (this.stage.kind !== 'idle' && this.stage.folder.token === token) {
        this.progress = { done, total }
      }
    })
  }

  async choose(): Promise<void> {
    const folder = await request('datasets.choose', null)
    if (folder) this.#enqueue([folder])
  }

  async drop(files: readonly File[]): Promise<void> {
    this.#enqueue(await registerDrop(files))
  }

  async add(name: string): Promise<void> {
    if (this.stage.kind !== 'report') return
    const { folder, report } = this.stage
    this.stage = { kind: 'adding', folder, report }
    try {
      const dataset = await request('datasets.add', { token: folder.token, name })
      this.#onAdded(dataset)
      this.#next()
    } catch (error) {
      this.stage = { kind: 'failed', folder, message: messageOf(error) }
    }
  }

  /** Takes the folder as the new place of a data set that has exactly its files. */
  async relink(datasetId: DatasetId): Promise<void> {
    if (this.stage.kind !== 'report') return
    const { folder, report } = this.stage
    this.stage = { kind: 'adding', folder, report }
    try {
      await request('files.relinkTo', { datasetId, token: folder.token })
      this.#onRelinked(datasetId)
      this.#next()
    } catch (error) {
      this.stage = { kind: 'failed', folder, message: messageOf(error) }
    }
  }

  /** Ends the scan or forgets the report; nothing has been stored. */
  async cancel(): Promise<void> {
    if (this.stage.kind === 'idle' || this.stage.kind === 'adding') return
    const { kind, folder } = this.stage
    this.#next()
    if (kind === 'scanning') await request('datasets.cancelInspect', { token: folder.token })
  }

  #enqueue(folders: readonly Folder[]): void {
    this.#waiting.push(...folders)
    if (this.stage.kind === 'idle') this.#next()
  }

  #next(): void {
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
