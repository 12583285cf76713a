import type { ImageEntry } from '../../../shared/datasets/dataset.ts'
import type { MaskVersionId } from '../../../shared/core/ids.ts'
import type { ClassNames, MaskReason, MaskVersion } from '../../../shared/masks/mask-version.ts'
import { JOURNAL_PIECE } from '../../../shared/masks/codec/journal.ts'
import { EMPTY_BOX, uniteBoxes, type Box, type Point } from '../../../shared/masks/box.ts'
import { crc32 } from '../../../shared/masks/codec/crc32.ts'
import type { Draft } from '../../../shared/masks/draft.ts'
import { MaskEditor } from '../../../shared/masks/edit.ts'
import { countByClass, createMask, maskBounds, type Mask } from '../../../shared/masks/mask.ts'
import { PAINT_ANYWHERE } from '../../../shared/masks/paint-filter.ts'
import { intensityOf, type Plane, type RgbaImage } from '../../../shared/masks/planes.ts'
import type { Selection } from '../../../shared/masks/selection.ts'
import { messageOf, request } from '../api/client.ts'
import { JournalWriter } from './journal-writer.ts'
import { loadClasses, loadJournal } from './load.ts'
import { filtersOf, type ToolOptions } from './options.svelte.ts'
import type { Bench } from './tools/tool.ts'

/** Pixels that would be changed once the user says so. */
export interface Proposal {
  readonly selection: Selection
  readonly label: string
}

interface Pictures {
  readonly image: RgbaImage
  readonly heat: Plane | null
}

/** One image's mask under the user's hands: its pixels, versions, unsaved edits and what is proposed. */
export class MaskEditing implements Bench {
  readonly entry: ImageEntry
  readonly image: RgbaImage
  readonly heat: Plane | null
  readonly options: ToolOptions
  status = $state.raw<'loading' | 'ready' | 'blocked'>('loading')
  /** Why nothing can be edited. */
  problem = $state.raw<string | null>(null)
  versions = $state.raw<readonly MaskVersion[]>([])
  classes = $state.raw(false)
  classNames = $state.raw<ClassNames>({})
  author = $state.raw('')
  /** How many edits of an earlier session were taken up again, and when the last one was made. */
  recovered = $state.raw<{ readonly steps: number; readonly at: number } | null>(null)
  proposal = $state.raw<Proposal | null>(null)
  /** Why the tool in hand did nothing; null once it has done something. */
  remark = $state.raw<string | null>(null)
  outline = $state.raw<readonly Point[] | null>(null)
  /** Why the edits are not on disk. */
  journalProblem = $state.raw<string | null>(null)
  saving = $state.raw(false)
  /** Grows with every change of the mask; what is computed from the mask reads it. */
  revision = $state.raw(0)
  /** Called with the image pixels to draw again; null for all. */
  onchange: (box: Box | null) => void = () => undefined
  #editor: MaskEditor | null = null
  #writer: JournalWriter | null = null
  #baseId: MaskVersionId | null = null
  #bounds: Box = EMPTY_BOX
  #intensity: Plane | null = null
  #session = 0

  constructor(entry: ImageEntry, pictures: Pictures, options: ToolOptions) {
    this.entry = entry
    this.image = pictures.image
    this.heat = pictures.heat
    this.options = options
  }

  /** @throws While there is nothing to edit. */
  get editor(): MaskEditor {
    if (this.#editor) return this.#editor
    throw new Error('The mask is not loaded yet.')
  }

  /** A box outside which the mask is empty. */
  get bounds(): Box {
    return this.#bounds
  }

  get newest(): MaskVersion | null {
    return this.versions[0] ?? null
  }

  readonly dirty = $derived.by(() => {
    void this.revision
    return this.status === 'ready' && this.editor.dirty
  })
  readonly undoLabels = $derived.by(() => {
    void this.revision
    return this.status === 'ready' ? this.editor.undoLabels : []
  })
  readonly redoLabels = $derived.by(() => {
    void this.revision
    return this.status === 'ready' ? this.editor.redoLabels : []
  })
  /** Pixels of each defect class. */
  readonly counts = $derived.by((): readonly (readonly [classIndex: number, count: number])[] => {
    void this.revision
    if (this.status !== 'ready') return []
    return [...countByClass(this.editor.mask)].filter(([classIndex]) => classIndex !== 0)
  })

  intensity = (): Plane => (this.#intensity ??= intensityOf(this.image))

  /**
   * Reads versions, mask and unsaved edits.
   * @param empty Begins with an empty mask instead of the newest version, whose file cannot be used.
   */
  async load(empty = false): Promise<void> {
    const session = ++this.#session
    this.status = 'loading'
    this.proposal = null
    try {
      const { id: imageId } = this.entry
      const { versions, classes, classNames, journal, author } = await request('masks.open', {
        imageId,
      })
      const newest = versions[0]?.id ?? null
      const baseId = journal ? journal.baseId : empty ? null : newest
      const base = await this.#base(baseId)
      const bytes = journal && (await loadJournal(imageId))
      if (session !== this.#session) return
      this.#begin(baseId, base, bytes)
      const steps = this.editor.undoLabels.length
      this.recovered = journal && steps > 0 ? { steps, at: journal.modifiedAt } : null
      this.versions = versions
      this.classes = classes
      this.classNames = classNames
      const [first] = Object.keys(classNames).map(Number)
      if (first !== undefined && !(this.options.values.classIndex in classNames))
        this.options.set({ classIndex: first })
      this.author = author
      this.#bounds = maskBounds(this.editor.mask)
      this.problem = null
      this.status = 'ready'
      this.#touched(null)
    } catch (error) {
      if (session !== this.#session) return
      this.problem = messageOf(error)
      this.status = 'blocked'
    }
  }

  changed(box: Box): void {
    this.#bounds = uniteBoxes(this.#bounds, box)
    this.onchange(box)
  }

  committed(box: Box): void {
    this.remark = null
    this.changed(box)
    this.revision += 1
  }

  propose(selection: Selection | null, label: string): void {
    const before = this.proposal?.selection.box ?? EMPTY_BOX
    this.proposal = selection && { selection, label }
    this.remark = null
    this.onchange(uniteBoxes(before, selection?.box ?? EMPTY_BOX))
  }

  say(remark: string): void {
    this.remark = remark
  }

  sketch(points: readonly Point[] | null): void {
    this.outline = points && [...points]
  }

  /** Makes what is proposed part of the mask, or takes it away. */
  applyProposal(adds: boolean): void {
    const { proposal } = this
    if (!proposal) return
    this.proposal = null
    const classIndex = adds ? this.options.values.classIndex : 0
    this.edit(proposal.label, (draft) => draft.set(proposal.selection, classIndex))
    this.onchange(proposal.selection.box)
  }

  dropProposal(): void {
    this.propose(null, '')
  }

  /** One undo item. */
  edit(label: string, change: (draft: Draft) => void): void {
    this.committed(this.editor.apply(label, change))
  }

  undo(): void {
    const box = this.editor.undo()
    if (box) this.committed(box)
  }

  redo(): void {
    const box = this.editor.redo()
    if (box) this.committed(box)
  }

  /** Limits painting to the ranges that are on. */
  restrict(): void {
    if (this.status !== 'ready') return
    const filters = filtersOf(this.options.values, { intensity: this.intensity, heat: this.heat })
    this.editor.rules = { filters, lockedClasses: PAINT_ANYWHERE.lockedClasses }
  }

  /** Makes the mask a new version. Resolves to it. @throws With the reason; nothing is lost then. */
  async save(author: string, reason: MaskReason, note: string): Promise<MaskVersion> {
    this.saving = true
    try {
      await this.#writer?.flush()
      const { id: imageId } = this.entry
      const saved = await request('masks.save', {
        imageId,
        baseId: this.#baseId,
        parentId: this.newest?.id ?? null,
        checksum: crc32(this.editor.mask.data),
        author,
        reason,
        note,
      })
      this.editor.markSaved()
      this.author = author
      this.recovered = null
      this.versions = [saved, ...this.versions]
      this.revision += 1
      return saved
    } finally {
      this.saving = false
    }
  }

  /** Forgets unsaved edits and reads the newest version again. */
  async discard(): Promise<void> {
    await this.#writer?.flush().catch(() => undefined)
    await request('masks.discard', { imageId: this.entry.id })
    await this.load()
  }

  /** Makes an earlier version the newest one. */
  async revert(version: MaskVersion): Promise<void> {
    await request('masks.revert', { versionId: version.id, author: this.author, note: '' })
    await this.discard()
  }

  /** Ends editing. Unsaved edits stay on disk and are taken up again. */
  async close(): Promise<void> {
    this.#session += 1
    if (this.status !== 'ready') return
    await this.#writer?.flush().catch(() => undefined)
    if (!this.editor.dirty) await request('masks.discard', { imageId: this.entry.id })
  }

  async #base(id: MaskVersionId | null): Promise<Mask> {
    return id === null ? createMask(this.entry.width, this.entry.height) : loadClasses(id)
  }

  #begin(baseId: MaskVersionId | null, base: Mask, journal: Uint8Array | null): void {
    const { id: imageId } = this.entry
    const writerFrom = (at: number): JournalWriter =>
      new JournalWriter(
        (position, bytes) =>
          request('masks.journal', { imageId, baseId, at: position, bytes: bytes.slice() }),
        at,
        JOURNAL_PIECE,
        (error) => (this.journalProblem = error === null ? null : messageOf(error)),
      )
    const options = { journal: (bytes: Uint8Array) => this.#writer?.append(bytes) }
    if (journal) {
      const { editor, keptBytes } = MaskEditor.recover(base, journal, options)
      this.#editor = editor
      this.#writer = writerFrom(keptBytes)
    } else {
      this.#editor = new MaskEditor(base, options)
      this.#writer = writerFrom(0)
    }
    this.#baseId = baseId
  }

  #touched(box: Box | null): void {
    this.revision += 1
    this.onchange(box)
  }
}
