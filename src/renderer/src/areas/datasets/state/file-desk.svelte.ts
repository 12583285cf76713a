import type {
  Accepted,
  AdditionReport,
  FileReport,
  RelinkReport,
} from '../../../../../shared/datasets/file-check.ts'
import type { DatasetId } from '../../../../../shared/core/ids.ts'
import { ApiError, messageOf, request } from '../../../api/client.ts'
import { subscribe } from '../../../api/events.ts'
import { plural } from '../../../format/numbers.ts'
import { Remote } from '../../core/state/remote.svelte.ts'

/** What is going on: a check of the files, a search for them in another folder, or reading what came. */
export interface FileWork {
  readonly kind: 'check' | 'relink' | 'additions'
  readonly done: number
  readonly total: number
}

/** The files of one data set that have vanished, changed or come, and what is done about them. */
export class FileDesk {
  readonly report = new Remote<FileReport>()
  /** How many images and masks came after the import. */
  readonly newCount = new Remote<number>()
  work = $state.raw<FileWork | null>(null)
  /** Where the files were found, until that is stored or given up. */
  relink = $state.raw<RelinkReport | null>(null)
  /** What came, until that is added or given up. */
  additions = $state.raw<AdditionReport | null>(null)
  error = $state.raw<string | null>(null)
  /** What the last action came to, in words. */
  outcome = $state.raw<string | null>(null)
  readonly #datasetId: DatasetId

  constructor(datasetId: DatasetId) {
    this.#datasetId = datasetId
  }

  /** Looks at the files and follows what is found of them; the returned function ends it. */
  follow(): () => void {
    const datasetId = this.#datasetId
    const refresh = async (): Promise<void> => {
      await Promise.all([
        this.report.load(() => request('files.report', { datasetId })),
        this.newCount.load(() => request('files.newCount', { datasetId })),
      ])
    }
    void refresh()
    // A look that fails says nothing about the files; a check by hand tells why.
    void request('files.look', { datasetId }).then(refresh, () => undefined)
    const endings = [
      subscribe('datasets.changed', () => void refresh()),
      subscribe('files.progress', (told) => {
        if (told.datasetId === datasetId && this.work) this.work = { ...this.work, ...told }
      }),
    ]
    return () => endings.forEach((end) => end())
  }

  check(contents: boolean): Promise<void> {
    const { report } = this
    return this.#attempt('check', async (datasetId) => {
      const found = await request('files.check', { datasetId, contents })
      report.value = found
      const read = contents ? ' Every file was read.' : ''
      if (found.problems.length === 0) return `All files are as they were imported.${read}`
      return `The check is done.${read}`
    })
  }

  /** Lets the user choose a folder and looks for the files in it. */
  findFolder(): Promise<void> {
    return this.#attempt('relink', async (datasetId) => {
      this.relink = await request('files.relink', { datasetId })
      return null
    })
  }

  applyRelink(): Promise<void> {
    return this.#attempt('check', async (datasetId) => {
      const { root } = await request('files.applyRelink', { datasetId })
      this.relink = null
      return `The data set is at ${root} now.`
    })
  }

  /** Reads what came into the folder after the import. */
  findNew(): Promise<void> {
    return this.#attempt('additions', async (datasetId) => {
      this.additions = await request('files.inspectNew', { datasetId })
      return null
    })
  }

  addNew(): Promise<void> {
    return this.#attempt(null, async (datasetId) => {
      const { images, masks } = await request('files.addNew', { datasetId })
      this.additions = null
      return `Added ${plural(images.length, 'image')}${masks.length > 0 ? ` and ${plural(masks.length, 'mask')}` : ''}.`
    })
  }

  accept(): Promise<void> {
    return this.#attempt(null, async (datasetId) => {
      const done: Accepted = await request('files.accept', { datasetId })
      const outdated =
        done.outdatedResults > 0
          ? ` ${plural(done.outdatedResults, 'result')} of evaluations are out of date: evaluate again.`
          : ''
      return `Accepted ${plural(done.accepted, 'changed file')}.${outdated}`
    })
  }

  ignore(ignored: boolean): Promise<void> {
    return this.#attempt(null, async (datasetId) => {
      await request('files.ignore', { datasetId, ignored })
      return null
    })
  }

  async cancel(): Promise<void> {
    if (this.work) await request('files.cancel', { datasetId: this.#datasetId })
  }

  async #attempt(
    kind: FileWork['kind'] | null,
    action: (datasetId: DatasetId) => Promise<string | null>,
  ): Promise<void> {
    this.error = null
    this.outcome = null
    if (kind) this.work = { kind, done: 0, total: 0 }
    try {
      this.outcome = await action(this.#datasetId)
    } catch (error) {
      const cancelled = error instanceof ApiError && error.code === 'CANCELLED'
      if (!cancelled) this.error = messageOf(error)
    }
    this.work = null
  }
}
