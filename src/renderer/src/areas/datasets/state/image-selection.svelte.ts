import type { ImageId } from '../../../../../shared/core/ids.ts'
import type { ImageList } from './image-list.svelte.ts'
import { setOf, withToggled, type ImageSet } from './image-set.ts'

/** Which images of a list are chosen, and where the keyboard is. */
export class ImageSelection {
  #ids = $state.raw<ImageSet>(setOf([]))
  /** Index of the tile that the keyboard acts on. */
  cursor = $state(0)
  /** Where a range began. */
  #anchor = 0
  readonly #list: ImageList

  constructor(list: ImageList) {
    this.#list = list
  }

  get size(): number {
    return this.#ids.size
  }

  has(id: ImageId): boolean {
    return this.#ids.has(id)
  }

  get ids(): readonly ImageId[] {
    return [...this.#ids]
  }

  clear(): void {
    if (this.#ids.size > 0) this.#ids = setOf([])
  }

  /** Adds an image or takes it away; ranges begin here. */
  toggle(index: number): void {
    const image = this.#list.at(index)
    if (!image) return
    this.#ids = withToggled(this.#ids, image.id)
    this.cursor = index
    this.#anchor = index
  }

  /** Moves the keyboard; without a range the next one begins here. */
  move(index: number, extend: boolean): void {
    const total = this.#list.total ?? 0
    const to = Math.max(0, Math.min(total - 1, index))
    this.cursor = to
    if (extend) void this.rangeTo(to)
    else this.#anchor = to
  }

  /** Chooses everything from where the range began. */
  async rangeTo(index: number): Promise<void> {
    this.cursor = index
    const [first, last] = [Math.min(this.#anchor, index), Math.max(this.#anchor, index)]
    const ids = await this.#list.ids(first, last)
    if (this.cursor === index) this.#ids = setOf(ids)
  }

  async all(): Promise<void> {
    this.#ids = setOf(await this.#list.ids(0, (this.#list.total ?? 0) - 1))
  }
}
