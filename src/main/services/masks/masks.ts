/** Corrected masks: versions, saving, going back, and what a change does to the figures. */
import { randomUUID } from 'node:crypto'
import fs from 'node:fs/promises'
import os from 'node:os'
import type { ImageEntry } from '../../../shared/datasets/dataset.ts'
import type { EvaluationId, ImageId, MaskVersionId } from '../../../shared/core/ids.ts'
import type { MaskImpact, MaskReason, MaskVersion } from '../../../shared/masks/mask-version.ts'
import { originText } from '../../../shared/core/origin.ts'
import { hasClasses } from '../../../shared/masks/export-conventions.ts'
import type { MaskSession } from '../../../shared/ipc/routes/masks.ts'
import type { BackgroundContract, SavedMask } from '../../../shared/processes/background.ts'
import type { Supervisor } from '../../processes/supervisor.ts'
import { classNamesOf } from '../datasets/class-names.ts'
import type { Facts } from '../core/facts.ts'
import type { Files } from '../datasets/files.ts'
import { maskOrigin } from '../core/origins.ts'
import { createMaskJournals } from './mask-journals.ts'
import type { Workspace } from '../core/workspace.ts'
import { found } from '../core/found.ts'

/** Who changed a mask and why. */
export interface MaskChangeNote {
  readonly author: string
  readonly reason: MaskReason
  readonly note: string
}

const AUTHOR = 'author'

export function createMasks(
  workspace: Workspace,
  facts: Facts,
  files: Files,
  background: Supervisor<BackgroundContract>,
) {
  const { store, resolve } = workspace
  const journals = createMaskJournals(workspace)

  const imageOf = (id: ImageId) => found(store.images.get(id), `image ${id}`)

  const version = (id: MaskVersionId) => found(store.maskVersions.get(id), `mask ${id}`)

  function versions(id: ImageId): readonly MaskVersion[] {
    return store.maskVersions.ofImage(id).map(({ file: _file, sameAs: _sameAs, ...rest }) => rest)
  }

  /** The name under which this user's changes are kept. */
  function author(): string {
    const known = store.settings.get(AUTHOR)
    if (typeof known === 'string' && known !== '') return known
    return os.userInfo().username
  }

  /** What statistics compare with: nothing where one goes back because the newest version's file is gone. */
  function parentSource(id: MaskVersionId, goesBack: boolean): SavedMask['parent'] {
    try {
      return files.maskSource(id)
    } catch (error) {
      if (goesBack) return null
      throw error
    }
  }

  /** Writes the file, then the row that names it. */
  async function saveVersion(
    image: ImageEntry,
    parentId: MaskVersionId | null,
    content: Pick<SavedMask, 'base' | 'journal' | 'checksum'>,
    { author: by, reason, note }: MaskChangeNote,
    sameAs: MaskVersionId | null = null,
  ): Promise<MaskVersion> {
    const { id: imageId, width, height } = image
    const createdAt = Date.now()
    const file = `${imageId}/${randomUUID()}.png`
    const destination = resolve(`masks/${file}`)
    await fs.mkdir(resolve(`masks/${imageId}`), { recursive: true })
    const parent = parentId === null ? null : parentSource(parentId, sameAs !== null)
    const written = await background.call('saveMask', {
      ...content,
      parent,
      size: { width, height },
      destination,
      origin: originText(maskOrigin(store, image, { author: by, reason, note, createdAt })),
    }).result
    store.settings.put(AUTHOR, by)
    const id = store.transaction(() => {
      const newest = store.maskVersions.ofImage(imageId)[0]
      return store.maskVersions.insert({
        imageId,
        // Version 0 is the data set's own, also where it has none.
        version: (newest?.version ?? 0) + 1,
        parentId,
        author: by,
        reason,
        note,
        createdAt,
        file,
        sameAs,
        ...written,
      })
    })
    facts.tell('masks.changed', { imageId })
    return versions(imageId).find((saved) => saved.id === id)!
  }

  return {
    journals,
    versions,
    author,
    /** Images with unsaved edits, newest first. */
    unsaved: async () =>
      (await journals.unsaved()).flatMap((journal) => {
        const image = store.images.get(journal.imageId)
        return image ? [{ ...journal, path: image.path }] : []
      }),
    /** All that the editor needs to begin. */
    open: async (id: ImageId): Promise<MaskSession> => {
      const image = imageOf(id)
      const dataset = store.datasets.get(image.datasetId)
      const hasVoid = dataset?.reading.void === 'left-out'
      return {
        versions: versions(id),
        classes: dataset !== null && (hasClasses(dataset.layout) || hasVoid),
        classNames: dataset ? await classNamesOf(dataset, image) : {},
        journal: await journals.of(id),
        author: author(),
      }
    },
    /**
     * Makes the journal's edits a new version. The journal stays, for edits that follow.
     * @param checksum CRC-32 of the pixels in the window; a version is only made of exactly these.
     */
    save: async (
      id: ImageId,
      baseId: MaskVersionId | null,
      parentId: MaskVersionId | null,
      checksum: number,
      change: MaskChangeNote,
    ): Promise<MaskVersion> => {
      const base = baseId === null ? null : files.maskSource(baseId)
      const journal = journals.fileOf(id, baseId)
      return saveVersion(imageOf(id), parentId, { base, journal, checksum }, change)
    },
    /** Makes an earlier version's mask the newest version. */
    revert: async (id: MaskVersionId, change: Omit<MaskChangeNote, 'reason'>) => {
      const { imageId, version: number, sameAs } = version(id)
      const newest = store.maskVersions.ofImage(imageId)[0]
      const note = change.note || `Version ${number}`
      const content = { base: files.maskSource(id), journal: null, checksum: null }
      const told = { ...change, note, reason: 'revert' } as const
      return saveVersion(imageOf(imageId), newest?.id ?? null, content, told, sameAs ?? id)
    },
    /** Figures of an evaluation with one mask version in the place of another; null: nominal. */
    impact: async (
      evaluationId: EvaluationId,
      imageId: ImageId,
      before: MaskVersionId | null,
      after: MaskVersionId | null,
      threshold: number | null,
    ): Promise<MaskImpact> => {
      const evaluation = found(store.evaluations.get(evaluationId), `evaluation ${evaluationId}`)
      const list = store.imageResults.list(evaluationId)
      const maskFile = async (id: MaskVersionId | null) => (id === null ? null : files.mask(id))
      const results = []
      for (const result of list) {
        const { maskVersionId } = imageOf(result.imageId)
        results.push({
          anomalous: result.anomalous,
          defectType: result.defectType,
          maskFile: await maskFile(maskVersionId),
          maps: files.maps(result.id),
          ratio: result.ratio,
        })
      }
      return background.call('maskImpact', {
        results,
        index: list.findIndex((result) => result.imageId === imageId),
        before: await maskFile(before),
        after: await maskFile(after),
        scoring: evaluation.settings.scoring,
        threshold,
      }).result
    },
    /** Images of an evaluation whose mask in force is not the one that it was measured with. */
    changedSince: (id: EvaluationId) => store.maskVersions.changedSince(id),
  }
}
