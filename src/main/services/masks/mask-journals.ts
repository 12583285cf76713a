/** Edits of masks that were not saved: one file for each image, appended to with every stroke. */
import fs from 'node:fs/promises'
import path from 'node:path'
import type { ImageId, MaskVersionId } from '../../../shared/core/ids.ts'
import type { MaskJournal } from '../../../shared/masks/mask-version.ts'
import { DdadError } from '../../../shared/errors.ts'
import { inTurn } from '../../../shared/in-turn.ts'
import { encodeJournalRecord } from '../../../shared/masks/codec/journal.ts'
import { writeDurably, writeFileAtomic } from '../../files/files.ts'
import type { Workspace } from '../core/workspace.ts'

/** Image, and the version on which the edits began; 0: an empty mask. */
const NAME = /^(\d+)-(\d+)\.journal$/

export function createMaskJournals({ resolve }: Workspace) {
  const folder = resolve('masks/journals')
  /** Each step of an image's journal waits for the one before. */
  const turns = new Map<ImageId, ReturnType<typeof inTurn>>()

  function next<Result>(id: ImageId, work: () => Promise<Result>): Promise<Result> {
    const own = turns.get(id) ?? inTurn()
    turns.set(id, own)
    return own(work)
  }

  const fileOf = (id: ImageId, baseId: MaskVersionId | null): string =>
    path.join(folder, `${id}-${baseId ?? 0}.journal`)

  async function list(): Promise<readonly MaskJournal[]> {
    const names = await fs.readdir(folder).catch(() => [])
    const journals: MaskJournal[] = []
    for (const name of names) {
      const match = NAME.exec(name)
      const stats = match && (await fs.stat(path.join(folder, name)).catch(() => null))
      if (!match || !stats) continue
      const base = Number(match[2])
      journals.push({
        imageId: Number(match[1]) as ImageId,
        baseId: base === 0 ? null : (base as MaskVersionId),
        bytes: stats.size,
        modifiedAt: stats.mtimeMs,
      })
    }
    return journals.sort((a, b) => b.modifiedAt - a.modifiedAt)
  }

  /** Edits that nobody has saved; journals that end with saving have none and are forgotten. */
  async function unsaved(): Promise<readonly MaskJournal[]> {
    const journals: MaskJournal[] = []
    for (const journal of await list()) {
      if (await endsSaved(fileOf(journal.imageId, journal.baseId))) {
        await next(journal.imageId, () => removeAll(journal.imageId))
      } else journals.push(journal)
    }
    return journals
  }

  async function of(id: ImageId): Promise<MaskJournal | null> {
    return (await list()).find(({ imageId }) => imageId === id) ?? null
  }

  return {
    /** Newest first. */
    list,
    unsaved,
    of,
    fileOf,
    /** The file of an image's journal. Throws NOT_FOUND when there is none. */
    file: async (id: ImageId): Promise<string> => {
      const journal = await of(id)
      if (journal) return fileOf(id, journal.baseId)
      throw new DdadError('NOT_FOUND', 'There are no unsaved edits of this image.')
    },
    /**
     * Writes bytes at a position and makes them durable; what lies behind is cut off. Position 0 begins
     * a journal, which is there with them or not at all, in the place of an older one. Throws CONFLICT when the journal is shorter than the position.
     */
    append: (
      id: ImageId,
      baseId: MaskVersionId | null,
      at: number,
      bytes: Uint8Array,
    ): Promise<void> =>
      next(id, async () => {
        if (at === 0) {
          await fs.mkdir(folder, { recursive: true })
          await writeFileAtomic(fileOf(id, baseId), bytes)
          return removeAll(id, baseId)
        }
        const file = await fs.open(fileOf(id, baseId), 'r+')
        try {
          const { size } = await file.stat()
          if (size < at) throw lost()
          await writeDurably(fileOf(id, baseId), file, bytes, at)
        } finally {
          await file.close()
        }
      }),
    discard: (id: ImageId): Promise<void> => next(id, () => removeAll(id)),
  }

  /** @param kept The base of the one that stays. */
  async function removeAll(id: ImageId, kept?: MaskVersionId | null): Promise<void> {
    for (const { imageId, baseId } of await list()) {
      if (imageId === id && baseId !== kept) await fs.rm(fileOf(id, baseId), { force: true })
    }
  }
}

const SAVED = encodeJournalRecord({ kind: 'saved' })

/** Whether the last record of a journal says that everything was saved. */
async function endsSaved(name: string): Promise<boolean> {
  const file = await fs.open(name, 'r')
  try {
    const { size } = await file.stat()
    if (size < SAVED.length) return false
    const end = new Uint8Array(SAVED.length)
    await file.read(end, 0, end.length, size - end.length)
    return end.every((byte, at) => byte === SAVED[at])
  } finally {
    await file.close()
  }
}

function lost(): DdadError {
  return new DdadError(
    'CONFLICT',
    'The record of unsaved edits on disk is shorter than it should be. Save the mask now: the window has everything.',
  )
}
