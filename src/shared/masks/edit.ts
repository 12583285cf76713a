import { DdadError } from '../errors.ts'
import type { Box } from './box.ts'
import { Draft } from './draft.ts'
import { DEFAULT_HISTORY_BYTES, History, applyItem } from './history.ts'
import {
  encodeJournalBase,
  encodeJournalRecord,
  readJournal,
  type JournalRecord,
  type JournalTail,
} from './codec/journal.ts'
import { cloneMask, type Mask } from './mask.ts'
import { PAINT_ANYWHERE, type PaintRules } from './paint-filter.ts'

export interface MaskEditorOptions {
  /** Memory for undo, in bytes. */
  readonly historyBytes?: number
  /** Receives journal bytes to append, in order; nothing before the first edit. */
  readonly journal?: (bytes: Uint8Array) => void
}

/** A stroke that is being drawn. It ends in exactly one commit or abort. */
export interface Stroke {
  readonly draft: Draft
  /** Makes everything drawn one undo item; returns the box that changed. */
  commit(): Box
  /** Takes everything drawn back; returns the box that changed. */
  abort(): Box
}

/** The model behind the mask editor: a mask, its undo history, and a journal that survives a crash. */
export class MaskEditor {
  /** The mask as it is now; written by edits only. */
  readonly mask: Mask
  /** What edits may change from now on; belongs to the tools, so it is not part of history. */
  rules: PaintRules = PAINT_ANYWHERE
  readonly #history: History
  readonly #journal: ((bytes: Uint8Array) => void) | undefined
  /** The journal's first record, until it is written: made here, as its checksum takes a while. */
  #base: Uint8Array | null
  #stroke: Draft | null = null

  /** Starts from a copy of `base`. */
  constructor(base: Mask, options: MaskEditorOptions = {}) {
    this.mask = cloneMask(base)
    this.#base = options.journal ? encodeJournalBase(base) : null
    this.#history = new History(options.historyBytes ?? DEFAULT_HISTORY_BYTES)
    this.#journal = options.journal
  }

  /**
   * Rebuilds an editor from the mask it started with and its journal's bytes. A torn or damaged end
   * is left out; cut the journal to `keptBytes` before `options.journal` appends to it again.
   * Throws BAD_FILE when the journal does not belong to `base` or has no readable beginning.
   */
  static recover(
    base: Mask,
    journal: Uint8Array,
    options: MaskEditorOptions = {},
  ): { editor: MaskEditor; keptBytes: number; tail: JournalTail } {
    const { records, keptBytes, tail } = readJournal(journal, base)
    const editor = new MaskEditor(base, options)
    editor.#base = null
    for (const record of records) editor.#replay(record)
    return { editor, keptBytes, tail }
  }

  /** Whether there are changes that were not saved. */
  get dirty(): boolean {
    return this.#history.dirty
  }

  /** Labels of what can be undone, the next one first. */
  get undoLabels(): string[] {
    return this.#history.undoLabels
  }

  /** Labels of what can be redone, the next one first. */
  get redoLabels(): string[] {
    return this.#history.redoLabels
  }

  /**
   * Runs one edit as one undo item; when `edit` throws, the mask is as before.
   * Returns the box that changed, empty when nothing did. Throws CONFLICT during a stroke.
   */
  apply(label: string, edit: (draft: Draft) => void): Box {
    const stroke = this.beginStroke(label)
    try {
      edit(stroke.draft)
    } catch (error) {
      stroke.abort()
      throw error
    }
    return stroke.commit()
  }

  /** Begins a drag whose steps become one undo item. Throws CONFLICT while another one is open. */
  beginStroke(label: string): Stroke {
    this.#requireNoStroke()
    const draft = new Draft(this.mask, this.rules)
    this.#stroke = draft
    return {
      draft,
      commit: () => {
        this.#close(draft)
        if (draft.atoms.length > 0) this.#commit(label, draft)
        return draft.box
      },
      abort: () => {
        this.#close(draft)
        return draft.abort()
      },
    }
  }

  /** Returns the box that changed, or null when there is nothing to undo. Throws CONFLICT during a stroke. */
  undo(): Box | null {
    this.#requireNoStroke()
    const box = this.#history.undo(this.mask)
    if (box) this.#record({ kind: 'undo' })
    return box
  }

  /** Returns the box that changed, or null when there is nothing to redo. Throws CONFLICT during a stroke. */
  redo(): Box | null {
    this.#requireNoStroke()
    const box = this.#history.redo(this.mask)
    if (box) this.#record({ kind: 'redo' })
    return box
  }

  /** Tells that the mask as it is now was stored. */
  markSaved(): void {
    this.#requireNoStroke()
    if (!this.dirty) return
    this.#history.markSaved()
    this.#record({ kind: 'saved' })
  }

  #commit(label: string, draft: Draft): void {
    const item = { label, atoms: [...draft.atoms] }
    this.#history.push(item)
    this.#record({ kind: 'commit', item })
  }

  #record(record: JournalRecord): void {
    if (!this.#journal) return
    if (this.#base) this.#journal(this.#base)
    this.#base = null
    this.#journal(encodeJournalRecord(record))
  }

  #replay(record: JournalRecord): void {
    switch (record.kind) {
      case 'commit':
        applyItem(this.mask, record.item)
        return this.#history.push(record.item)
      case 'saved':
        return this.#history.markSaved()
      case 'undo':
      case 'redo':
        if (this.#history[record.kind](this.mask)) return
        throw new DdadError(
          'BAD_FILE',
          `The journal wants to ${record.kind} more than was done. The mask it started from is kept.`,
        )
    }
  }

  #close(draft: Draft): void {
    if (this.#stroke !== draft) {
      throw new DdadError('CONFLICT', 'This stroke has already ended.')
    }
    this.#stroke = null
  }

  #requireNoStroke(): void {
    if (!this.#stroke) return
    throw new DdadError('CONFLICT', 'Finish the current stroke first.')
  }
}
