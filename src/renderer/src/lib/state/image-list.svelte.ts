import { SvelteMap } from 'svelte/reactivity'
import type { ImageEntry } from '../../../../shared/domain/dataset.ts'
import type { DatasetId } from '../../../../shared/domain/ids.ts'
import type { ImageFilter } from '../../../../shared/ipc/routes/datasets.ts'
import { messageOf, request } from '../api/client.ts'

const PAGE = 100

/** A filtered list of images of which only the pages in view are asked for. */
export class ImageList {
  total = $state<number | null>(null)
  error = $state.raw<string | null>(null)
  readonly #pages = new SvelteMap<number, readonly ImageEntry[]>()
  /** Pages already asked for; not reactive, so that asking does not ask again. */
  #asked: readonly number[] = []
  #query: { datasetId: DatasetId; filter: ImageFilter } | null = null
  #generation = 0

  /** Starts another list; its first page is asked for at once. */
  open(datasetId: DatasetId, filter: ImageFilter): void {
    this.#generation += 1
    this.#query = { datasetId, filter }
    this.#pages.clear()
    this.#asked = []
    this.total = null
    this.error = null
    void this.#load(0)
  }

  /** The image at an index, or null while its page is on the way. */
  at(index: number): ImageEntry | null {
    return this.#pages.get(Math.floor(index / PAGE))?.[index % PAGE] ?? null
  }

  /** Asks for the pages that hold [first, last]. */
  ensure(first: number, last: number): void {
    for (let page = Math.floor(first / PAGE); page <= Math.floor(last / PAGE); page += 1) {
      void this.#load(page)
    }
  }

  async #load(page: number): Promise<void> {
    if (!this.#query || this.#asked.includes(page)) return
    this.#asked = [...this.#asked, page]
    const generation = this.#generation
    try {
      const answer = await request('images.list', {
        ...this.#query,
        offset: page * PAGE,
        limit: PAGE,
      })
      if (generation !== this.#generation) return
      this.total = answer.total
      this.#pages.set(page, answer.images)
    } catch (error) {
      if (generation !== this.#generation) return
      this.#asked = this.#asked.filter((asked) => asked !== page)
      this.error = messageOf(error)
    }
  }
}
