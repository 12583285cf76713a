/** Whether a data set's files are still what was imported, and where they are after their folder was moved. */
import type { Category, ChangedState, ImportProblem } from './dataset.ts'
import type { ImageId } from '../core/ids.ts'

/** A file that is not as it was imported. */
export interface FileProblem {
  readonly imageId: ImageId
  /** The image that it belongs to, and the file itself, relative to the data set's root. */
  readonly image: string
  readonly file: string
  readonly state: ChangedState
  /** What was found, in words. */
  readonly message: string
  readonly ignored: boolean
  /** Whether the content that was found can take the place of the imported one. */
  readonly acceptable: boolean
}

/** What is known of a data set's files. */
export interface FileReport {
  /** When all of them were last looked at; null before the first time. */
  readonly checkedAt: number | null
  /** Images and masks. */
  readonly fileCount: number
  /** The data set's folder itself cannot be found. */
  readonly folderMissing: boolean
  /** Files by state, without those that are ignored. */
  readonly counts: Readonly<Partial<Record<ChangedState, number>>>
  readonly ignored: number
  /** In the order of their images; not more than were asked for. */
  readonly problems: readonly FileProblem[]
}

/** What accepting changed content came to. */
export interface Accepted {
  readonly accepted: number
  /** Results of these images that were computed from another content. */
  readonly outdatedResults: number
  /** Files whose content cannot be taken: unreadable, or of another size than image or mask. */
  readonly refused: number
}

/** Where a data set's files are in another folder, before anything is stored. */
export interface RelinkReport {
  /** The folder that paths are relative to from now on; may lie below the one that was chosen. */
  readonly root: string
  readonly fileCount: number
  /** Found at the same relative path with the same content. */
  readonly samePath: number
  /** Found elsewhere by their content. */
  readonly moved: readonly { readonly from: string; readonly to: string }[]
  /** At the same relative path with another content. */
  readonly changed: readonly string[]
  readonly missing: readonly string[]
}

/** What came into a data set's folder after its import, before anything is stored. */
export interface AdditionReport {
  /** New images, by category. */
  readonly categories: readonly Category[]
  readonly images: readonly string[]
  /** Mask files of images that had none. */
  readonly masks: readonly string[]
  /** Content of an image that has gone missing, under another name: a matter for relinking, not added. */
  readonly renamed: readonly { readonly from: string; readonly to: string }[]
  /** What cannot be added, or is odd. */
  readonly problems: readonly ImportProblem[]
}
