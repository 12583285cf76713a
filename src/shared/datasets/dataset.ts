import type { DatasetId, ImageId, MaskVersionId } from '../core/ids.ts'
import type { FileAccount } from './account.ts'
import type { Reading, ReadingQuestion } from './reading.ts'
import type { SampleRange } from './sample-range.ts'
import type { Label, Verdict } from './review.ts'

/** The data set layouts that are recognised by structure; see docs/datasets.md for each one's rules. */
export const datasetLayouts = [
  'mvtec-ad',
  'mvtec-ad-2',
  'mvtec-loco',
  'visa',
  'visa-1cls',
  'btad',
  'mtd',
  'real-iad',
  'kolektor-sdd2',
  'kolektor-sdd',
  'dagm',
  'mvtec-3d',
  'plain',
] as const
export type DatasetLayout = (typeof datasetLayouts)[number]

export const splits = ['train', 'validation', 'test'] as const
export type Split = (typeof splits)[number]

/** Name of the defect type of images without a defect, in every layout. */
export const NOMINAL = 'good'

/** One category of a data set with its counts. */
export interface Category {
  readonly name: string
  readonly nominalTrain: number
  readonly nominalValidation: number
  readonly nominalTest: number
  /** Test images per defect type, without the nominal ones. */
  readonly defects: Readonly<Record<string, number>>
}

export interface Dataset {
  readonly id: DatasetId
  readonly name: string
  readonly layout: DatasetLayout
  /** Shown to the user; never sent back as an address. */
  readonly root: string
  readonly createdAt: number
  /** SHA-256 over every image's and mask's relative path and content hash. */
  readonly fingerprint: string
  readonly categories: readonly Category[]
  /** Stored samples that become black and white; null: 8 bits, or the upper 8 of 16. */
  readonly samples: SampleRange | null
  /** The same as it was found at the import, before a user chose another range. */
  readonly foundSamples: SampleRange | null
  /** What was chosen where the folder could be read in several ways. */
  readonly reading: Reading
}

/** None: nominal. Missing: defective without a mask. */
export const maskStatuses = ['none', 'original', 'corrected', 'missing'] as const
export type MaskStatus = (typeof maskStatuses)[number]

/** What has become of an image's files since the import, as far as they were looked at. */
export const changedStates = [
  'changed',
  'missing',
  'unreadable',
  'mask-changed',
  'mask-missing',
] as const
export type ChangedState = (typeof changedStates)[number]
export const fileStates = ['ok', ...changedStates] as const
export type FileState = (typeof fileStates)[number]

export interface ImageEntry {
  readonly id: ImageId
  readonly datasetId: DatasetId
  readonly category: string
  readonly split: Split
  /** {@link NOMINAL} or the defect folder's name. */
  readonly defectType: string
  readonly anomalous: boolean
  /** Path relative to the data set's root, with forward slashes; for display and export only. */
  readonly path: string
  readonly width: number
  readonly height: number
  /** How the stored pixels are turned before they are used, as EXIF has it: 1 … 8, 1 is not at all. */
  readonly orientation: number
  readonly sha256: string
  /** The verdict in force. */
  readonly verdict: Verdict
  /** What the label should be; null where nobody has corrected it. */
  readonly label: Label | null
  readonly fileState: FileState
  readonly maskStatus: MaskStatus
  /** The mask version in force; null when the image has no mask. */
  readonly maskVersionId: MaskVersionId | null
}

/** Something that is wrong or odd in a data set. It never stops the import of the rest. */
export interface ImportProblem {
  readonly kind:
    | 'unreadable-image'
    | 'unreadable-mask'
    | 'unsupported'
    | 'not-listed'
    | 'left-out'
    | 'undecided'
    | 'annotated'
    | 'missing-mask'
    | 'extra-mask'
    | 'mask-size'
    | 'mask-not-binary'
    | 'mask-suspicious'
    | 'mask-of-good'
    | 'duplicate-across-splits'
    | 'samples'
    | 'oriented'
    | 'squeezed'
    | 'permission'
    | 'link-loop'
    | 'outside-root'
  /** Relative to the data set's root. */
  readonly path: string
  readonly message: string
}

/** What an import would store, before anything is stored. */
export interface ImportReport {
  readonly name: string
  readonly layout: DatasetLayout
  /** One sentence that says by what the layout was recognised. */
  readonly recognisedBy: string
  readonly categories: readonly Category[]
  readonly imageCount: number
  readonly maskCount: number
  readonly problems: readonly ImportProblem[]
  /** What could be read in several ways, with what was taken. */
  readonly questions?: readonly ReadingQuestion[]
  /** What became of every file; missing in reports of early versions. */
  readonly account?: FileAccount
  /** The data set of the workspace that has exactly these files, perhaps from another folder. */
  readonly sameAs?: { readonly id: DatasetId; readonly name: string }
}

/** A folder that a job brings in as a data set. */
export interface DatasetImport {
  /** Shown to the user; never sent back as an address. */
  readonly root: string
  readonly name: string
  /** How it is to be read. */
  readonly reading: Reading
  /** What came of it; null before, and after it was removed. */
  readonly datasetId: DatasetId | null
  /** What was found in the folder; null before. */
  readonly report: ImportReport | null
}
