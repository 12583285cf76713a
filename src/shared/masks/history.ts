import { atomBytes, writeAtom, type Atom } from './codec/atom.ts'
import { EMPTY_BOX, uniteBoxes, type Box } from './box.ts'
import type { Mask } from './mask.ts'

/** One entry of the undo list: everything that one stroke or command changed. */
export interface HistoryItem {
  /** What the undo list shows, such as "Brush" or "Fill holes". */
  readonly label: string
  /** In the order in which they were applied; never empty. */
  readonly atoms: readonly Atom[]
}

interface Entry extends HistoryItem {
  readonly id: number
  readonly bytes: number
}

/** Undo memory of one mask unless told otherwise, in bytes. */
export const DEFAULT_HISTORY_BYTES = 256 * 1024 * 1024

/**
 * Linear undo and redo over a mask. When the items hold more than `limit` bytes the oldest are
 * forgotten; the newest is always kept.
 */
export class History {
  readonly #limit: number
  #done: Entry[] = []
  #undone: Entry[] = []
  #bytes = 0
  #lastId = 0
  /** Id of the newest item that was forgotten: the state below the undo list. */
  #floor = 0
  #saved = 0

  constructor(limit: number = DEFAULT_HISTORY_BYTES) {
    this.#limit = limit
  }

  /** Labels of what can be undone, the next one first. */
  get undoLabels(): string[] {
    return this.#done.map((entry) => entry.label).reverse()
  }

  /** Labels of what can be redone, the next one first. */
  get redoLabels(): string[] {
    return this.#undone.map((entry) => entry.label).reverse()
  }

  get bytes(): number {
    return this.#bytes
  }

  /** Whether the mask differs from the one at the last {@link markSaved}, or from the first one. */
  get dirty(): boolean {
    return this.#position !== this.#saved
  }

  markSaved(): void {
    this.#saved = this.#position
  }

  /** Adds an item that is already applied to the mask; what could be redone is forgotten. */
  push(item: HistoryItem): void {
    for (const entry of this.#undone) this.#bytes -= entry.bytes
    this.#undone = []
    const bytes = item.atoms.reduce((sum, atom) => sum + atomBytes(atom), 2 * item.label.length)
    this.#done.push({ ...item, bytes, id: ++this.#lastId })
    this.#bytes += bytes
    while (this.#bytes > this.#limit && this.#done.length > 1) {
      const oldest = this.#done.shift()!
      this.#bytes -= oldest.bytes
      this.#floor = oldest.id
    }
  }

  /** Takes the last item back; returns the box that changed, or null when there is nothing to undo. */
  undo(mask: Mask): Box | null {
    const entry = this.#done.pop()
    if (!entry) return null
    this.#undone.push(entry)
    return revertItem(mask, entry)
  }

  /** Applies the last undone item again; returns the box that changed, or null when there is none. */
  redo(mask: Mask): Box | null {
    const entry = this.#undone.pop()
    if (!entry) return null
    this.#done.push(entry)
    return applyItem(mask, entry)
  }

  get #position(): number {
    return this.#done.at(-1)?.id ?? this.#floor
  }
}

/** Writes an item's new values; returns the box that changed. */
export function applyItem(mask: Mask, item: HistoryItem): Box {
  for (const atom of item.atoms) writeAtom(mask, atom, 'after')
  return itemBox(item)
}

/** Writes an item's old values; returns the box that changed. */
export function revertItem(mask: Mask, item: HistoryItem): Box {
  for (const atom of item.atoms.toReversed()) writeAtom(mask, atom, 'before')
  return itemBox(item)
}

function itemBox(item: HistoryItem): Box {
  return item.atoms.reduce((box, atom) => uniteBoxes(box, atom.box), EMPTY_BOX)
}
