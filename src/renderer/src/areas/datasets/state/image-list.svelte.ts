import { SvelteMap } from 'svelte/reactivity'
import type { ImageId } from '../../../../../shared/core/ids.ts'
import type { ImageQuery, ListedImage } from '../../../../../shared/ipc/routes/images.ts'
import { messageOf, request } from '../../../api/client.ts'
import { subscribe } from '../../../api/events.ts'

const PAGE = 100
/** Pages kept; the ones longest out of view go first, so that memory does not grow with scrolling. */
const KEPT = 12

/** An ordered list of images of which only the pages in view are asked for. */
export class ImageList {
  total = $state<number | null>(null)
  error = $state.raw<string | null>(null)
  readonly #pages = new SvelteMap<number, readonly ListedImage[]>()
  /** Pages asked for, the latest last; not reactive, so that asking does not ask again. */
  #asked: readonly number[] = []
  #query: ImageQuery | null = null
  #generation = 0

  /** Follows verdicts and changed data sets; the returned function ends it. */
  follow(): () => void {
    // Surprise and area come from evaluations, at the operating point in use.
    const measured = (): void => {
      if (this.#query?.sort === 'surprise' || this.#query?.sort === 'anomaly-area')
        this.open(this.#query)
    }
    const endings = [
      subscribe('reviews.changed', () => this.reload()),
      subscribe('masks.changed', () => this.reload()),
      subscribe('datasets.changed', () => this.#query && this.open(this.#query)),
      subscribe('operatingPoints.changed', measured),
      subscribe('evaluations.changed', measured),
    ]
    return () => endings.forEach((end) => end())
  }

  /** Starts another list; its first page is asked for at once. */
  open(query: ImageQuery): void {
    this.#generation += 1
    const same = JSON.stringify(query) === JSON.stringify(this.#query)
    this.#query = query
    this.#asked = []
    if (!same) {
      this.#pages.clear()
      this.total = null
    }
    this.error = null
    void this.#load(0, true)
  }

  /** The image at an index, or null while its page is on the way. */
  at(index: number): ListedImage | null {
    return this.#pages.get(Math.floor(index / PAGE))?.[index % PAGE] ?? null
  }

  /** Asks for the pages that hold [first, last]. */
  ensure(first: number, last: number): void {
    for (let page = Math.floor(first / PAGE); page <= Math.floor(last / PAGE); page += 1) {
      void this.#load(page, false)
    }
  }

  /** Reads the kept pages again, in the order they have. */
  reload(): void {
    const pages = this.#asked
    this.#asked = []
    for (const page of pages) void this.#load(page, false)
  }

  /** Ids of [first, last], whether their pages are here or not. */
  ids(first: number, last: number): Promise<readonly ImageId[]> {
    if (!this.#query || last < first) return Promise.resolve([])
    return request('images.ids', { query: this.#query, offset: first, limit: last - first + 1 })
  }

  /** Where an image is; −1 when it is not in the list. */
  async position(imageId: ImageId): Promise<number> {
    if (!this.#query) return -1
    return (await request('images.place', { query: this.#query, imageId })).position
  }

  async #load(page: number, fresh: boolean): Promise<void> {
    if (!this.#query || this.#asked.includes(page)) return
    this.#keep(page)
    const generation = this.#generation
    try {
      const place = { offset: page * PAGE, limit: PAGE }
      const answer = await request('images.list', { query: this.#query, fresh, ...place })
      if (generation !== this.#generation) return
      this.total = answer.total
      this.#pages.set(page, answer.images)
    } catch (error) {
      if (generation !== this.#generation) return
      this.#asked = this.#asked.filter((asked) => asked !== page)
      this.error = messageOf(error)
    }
  }

  #keep(page: number): void {
    this.#asked = [...this.#asked, page]
    for (const oldest of this.#asked.slice(0, -KEPT)) this.#pages.delete(oldest)
    this.#asked = this.#asked.slice(-KEPT)
  }
}
