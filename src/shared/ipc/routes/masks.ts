import { z } from 'zod'
import type { ImageId } from '../../core/ids.ts'
import {
  maskExportKinds,
  maskReasons,
  type ClassNames,
  type MaskExport,
  type MaskImpact,
  type MaskJournal,
  type MaskVersion,
} from '../../masks/mask-version.ts'
import { JOURNAL_PIECE } from '../../masks/codec/journal.ts'
import { datasetId, evaluationId, imageId, maskVersionId } from '../ids.ts'
import { route } from '../route.ts'

export interface MaskSession {
  /** Newest first. */
  readonly versions: readonly MaskVersion[]
  /** Pixels hold the class of the defect, not only black and white. */
  readonly classes: boolean
  readonly classNames: ClassNames
  /** Unsaved edits from before. */
  readonly journal: MaskJournal | null
  /** The name under which changes are kept unless another is given. */
  readonly author: string
}

const author = z.string().trim().min(1).max(100)
const note = z.string().trim().max(2000)

export const maskRoutes = {
  /** All that the editor needs to begin; pixels come by address. */
  'masks.open': route<MaskSession>()(z.strictObject({ imageId })),
  /** Adds to the record of unsaved edits; answered when it is on disk. Position 0 begins a new one. */
  'masks.journal': route<null>()(
    z.strictObject({
      imageId,
      baseId: maskVersionId.nullable(),
      at: z.number().int().min(0),
      bytes: z.instanceof(Uint8Array).refine((bytes) => bytes.length <= JOURNAL_PIECE),
    }),
  ),
  /** Forgets the unsaved edits of an image. */
  'masks.discard': route<null>()(z.strictObject({ imageId })),
  /** Images with unsaved edits, newest first. */
  'masks.unsaved': route<readonly (MaskJournal & { readonly path: string })[]>()(z.null()),
  /** Makes the recorded edits a new version. */
  'masks.save': route<MaskVersion>()(
    z.strictObject({
      imageId,
      baseId: maskVersionId.nullable(),
      parentId: maskVersionId.nullable(),
      /** CRC-32 of the pixels in the window. */
      checksum: z.number().int().min(0).max(0xffffffff),
      author,
      reason: z.enum(maskReasons),
      note,
    }),
  ),
  /** Makes an earlier version's mask the newest version. */
  'masks.revert': route<MaskVersion>()(z.strictObject({ versionId: maskVersionId, author, note })),
  /** Pixel figures of an evaluation with one version in the place of another. */
  'masks.impact': route<MaskImpact>()(
    z.strictObject({
      evaluationId,
      imageId,
      before: maskVersionId.nullable(),
      after: maskVersionId.nullable(),
      threshold: z.number().nullable(),
    }),
  ),
  /** Images of an evaluation whose mask was changed since. */
  'masks.changedSince': route<readonly { readonly imageId: ImageId; readonly path: string }[]>()(
    z.strictObject({ evaluationId }),
  ),
  /** Asks for a folder and writes masks into a new folder in it. Null when the dialog was closed. Progress comes as `exchange.progress`. */
  'masks.export': route<MaskExport | null>()(
    z.strictObject({ datasetId, kind: z.enum(maskExportKinds) }),
  ),
}
