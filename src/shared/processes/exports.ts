/** What the background process writes for others: masks, anomaly maps and the pictures of reports. */
import type { DatasetLayout } from '../datasets/dataset.ts'
import type { Size } from '../masks/box.ts'
import type { MaskSource } from './background.ts'

export interface MaskExportInput {
  readonly layout: DatasetLayout
  readonly root: string
  /** Must not exist, or be empty; outside the root. */
  readonly destination: string
  /** Everything of the data set is copied, not only the masks. */
  readonly copy: boolean
  readonly masks: readonly ExportedMask[]
}

export interface ExportedMask {
  /** Relative to the root, as are the originals. */
  readonly imagePath: string
  readonly originals: readonly string[]
  /** Null: the originals are copied as they are. */
  readonly corrected: MaskSource | null
  readonly size: Size
}

/** Anomaly maps to be written as float files below a folder. */
export interface MapsExport {
  readonly root: string
  readonly items: readonly {
    readonly maps: string
    readonly ratio: number
    /** Size to write; absent: that of the map. */
    readonly width?: number
    readonly height?: number
    /** Relative to the root. */
    readonly name: string
  }[]
  /** A text file that goes with them. */
  readonly description: { readonly name: string; readonly text: string }
  /** v */
  readonly pixelWeight: number
  readonly format: 'tiff' | 'npy'
}

/** Pictures for a report. Files are absolute. */
export interface ReportPictures {
  readonly items: readonly {
    readonly input: string
    readonly mask: string | null
    readonly reconstruction: string
    readonly maps: string
    readonly ratio: number
    /** v */
    readonly pixelWeight: number
    readonly threshold: number
  }[]
  /** Side in pixels of each square picture. */
  readonly side: number
}

/** JPEG data; null where the file is not there. */
export interface ReportPicture {
  readonly input: Uint8Array | null
  readonly mask: Uint8Array | null
  readonly reconstruction: Uint8Array | null
  readonly map: Uint8Array | null
}
