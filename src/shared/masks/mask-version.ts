import type { ImageId, MaskVersionId } from '../core/ids.ts'

/** Why a mask was changed; a note says more. */
export const maskReasons = [
  'too-loose',
  'too-tight',
  'missed-defect',
  'not-a-defect',
  'wrong-place',
  'wrong-class',
  'new-mask',
  'revert',
  'other',
] as const
export type MaskReason = (typeof maskReasons)[number]

export const maskReasonTexts: Readonly<Record<MaskReason, string>> = {
  'too-loose': 'Marked more than the defect',
  'too-tight': 'Marked less than the defect',
  'missed-defect': 'A defect was not marked',
  'not-a-defect': 'What was marked is no defect',
  'wrong-place': 'The mask was out of place',
  'wrong-class': 'Wrong defect class',
  'new-mask': 'There was no mask',
  revert: 'Back to an earlier version',
  other: 'Other',
}

/** Pixels of a version, and how it differs from the one it was made from. */
export interface MaskStats {
  /** Pixels of any defect class. */
  readonly defectPixels: number
  readonly added: number
  readonly removed: number
  /** From one defect class to another. */
  readonly changed: number
}

/** One version of an image's mask. Version 0 is the data set's own; the highest is in force. */
export interface MaskVersion {
  readonly id: MaskVersionId
  readonly imageId: ImageId
  readonly version: number
  /** What it was made from; null for version 0 and for the first mask of an image without one. */
  readonly parentId: MaskVersionId | null
  readonly author: string
  /** One of {@link maskReasons}, except for version 0. */
  readonly reason: string
  readonly note: string
  readonly createdAt: number
  /** Of the file in the workspace; null for version 0. */
  readonly sha256: string | null
  /** Null for version 0. */
  readonly stats: MaskStats | null
}

/** Edits of an image that were not saved, kept on disk. */
export interface MaskJournal {
  readonly imageId: ImageId
  /** The version that the edits began on; null: an empty mask. */
  readonly baseId: MaskVersionId | null
  readonly bytes: number
  readonly modifiedAt: number
}

/** How well maps find the defects of masks. Null where a figure is undefined. */
export interface MaskFigures {
  readonly pixelAuroc: number | null
  readonly pixelAp: number | null
  readonly auPro30: number | null
  readonly auPro05: number | null
  /** Of "map ≥ threshold" with the mask; null without a threshold. */
  readonly iou: number | null
}

/** Figures before and after a change of one mask. */
export interface MaskImpact {
  readonly image: MaskChange
  readonly defectType: MaskChange | null
  readonly category: MaskChange
}

export interface MaskChange {
  readonly before: MaskFigures
  readonly after: MaskFigures
}

/** What an export writes: masks that were corrected, every mask, or a copy of the data set with them. */
export const maskExportKinds = ['corrected', 'all', 'copy'] as const
export type MaskExportKind = (typeof maskExportKinds)[number]

export interface MaskExport {
  readonly folder: string
  /** Mask files written from a corrected version. */
  readonly corrected: number
  /** Files copied byte by byte. */
  readonly copied: number
  /** Images whose corrected mask the layout has no place for. */
  readonly skipped: readonly { readonly path: string; readonly message: string }[]
  /** Images whose corrected mask was written in another format than the original. */
  readonly notes: readonly { readonly path: string; readonly message: string }[]
}

/** Names of defect classes by the value that their pixels have; a class may have none. */
export type ClassNames = Readonly<Record<number, string>>
