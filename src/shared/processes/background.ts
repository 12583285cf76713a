/**
 * What the background process does: work on files and pixels that needs no TensorFlow, so that browsing,
 * masks and metrics stay quick while the engine trains.
 */
import type { MapsExport, MaskExportInput, ReportPicture, ReportPictures } from './exports.ts'
import type { PreviewResult, WrittenFile } from './engine.ts'
import type { EvaluationSettings } from '../config/run-config.ts'
import type { AccountedFile } from '../datasets/account.ts'
import type { DatasetLayout, ImportProblem, ImportReport, Split } from '../datasets/dataset.ts'
import type { Reading, ReadingExample } from '../datasets/reading.ts'
import type { SampleRange } from '../datasets/sample-range.ts'
import type { DistanceRow, PixelCurve } from '../evaluation/cached-figures.ts'
import type { MetricRow } from '../evaluation/evaluation.ts'
import type {
  ArchivedEvaluation,
  ArchivedImage,
  ArchivedRun,
  Manifest,
} from '../exchange/run-archive.ts'
import type { PixelCost } from '../metrics/costs.ts'
import type { Envelope } from '../metrics/envelope.ts'
import type {
  ByMetric,
  CellStatistics,
  Difference,
  ProfiledImages,
  ScoredImages,
} from '../metrics/paired-bootstrap.ts'
import type { MaskExport, MaskImpact, MaskStats } from '../masks/mask-version.ts'
import type { Size } from '../masks/box.ts'
import type { ImageMeasure } from '../maps/sweep.ts'
import type { Overlap } from '../metrics/overlap.ts'

/** An archive of a run, unpacked and checked. */
export interface ReadRun {
  readonly manifest: Manifest
  readonly run: ArchivedRun
  readonly images: readonly ArchivedImage[]
  readonly evaluations: readonly ArchivedEvaluation[]
  /** A file with its curves: each line a list of {@link CurvePiece} as JSON, small enough to be recorded at once. */
  readonly slices: string
}

/** A part of a curve; null where a value is not a number. */
export interface CurvePiece {
  readonly name: string
  readonly steps: readonly number[]
  readonly values: readonly (number | null)[]
}

/** One image as a scan found it. */
export interface ScannedImage {
  readonly category: string
  readonly split: Split
  readonly defectType: string
  readonly anomalous: boolean
  /** Relative to the root, forward slashes. */
  readonly path: string
  readonly bytes: number
  readonly modifiedAt: number
  readonly sha256: string
  /** As they are used: turned where that was chosen. */
  readonly width: number
  readonly height: number
  /** How the stored pixels are turned for that, see ImageEntry; absent: they are not. */
  readonly orientation?: number | undefined
  /** Mask files relative to the root, in order (LOCO has one per region); empty when there is none. */
  readonly masks: readonly ScannedMask[]
}

export interface ScannedMask {
  /** As that of an image; 1 where it fits the turned picture as it is. */
  readonly orientation?: number | undefined
  readonly path: string
  readonly bytes: number
  readonly modifiedAt: number
  readonly sha256: string
}

/** A file of a data set as it was recorded. Bytes and time are null where an early version did not keep them. */
export interface RecordedFile extends Size {
  /** Relative to the root, forward slashes. */
  readonly path: string
  readonly bytes: number | null
  readonly modifiedAt: number | null
  readonly sha256: string
  readonly part: number
  /** How the stored pixels are turned, see ImageEntry; width and height are those after it. */
  readonly orientation: number
  /** What was found the last time, where that was something else. */
  readonly known?: FoundFile
}

/** What was found in place of a recorded file. */
export interface FoundFile {
  /** `touched`: only its time or its size on record differ; the content is the same. */
  readonly kind: 'touched' | 'changed' | 'missing' | 'unreadable'
  /** In words; empty when touched. */
  readonly message: string
  readonly bytes: number | null
  readonly modifiedAt: number | null
  readonly sha256: string | null
  readonly width: number | null
  readonly height: number | null
}

/** Where recorded files are below another folder; null at those that are not there. */
export interface FileMatch {
  /** What paths are relative to; lies below the folder that was searched, or is it. */
  readonly root: string
  readonly files: readonly (RecordedFile | null)[]
}

/** An image of a data set as far as it matters for telling what is new beside it. */
export interface RecordedImage {
  readonly path: string
  readonly split: Split
  readonly sha256: string
  /** Whether it has a mask, of the data set or a corrected one. */
  readonly masked: boolean
}

/** What came into a data set's folder after its import. */
export interface Additions {
  /** New images, and masks of recorded images that had none. */
  readonly files: readonly string[]
  /** Those that can be added: new images, and recorded ones with the masks that came. */
  readonly images: readonly ScannedImage[]
  readonly problems: readonly ImportProblem[]
}

export interface Scan {
  readonly layout: DatasetLayout
  readonly report: ImportReport
  readonly images: readonly ScannedImage[]
  /** Stored samples that become black and white in every image; null: 8 bits, or the upper 8 of 16. */
  readonly samples: SampleRange | null
  /** Every file below the folder. */
  readonly files: readonly AccountedFile[]
}

/** Where the pixels of a mask version are. */
export interface MaskSource {
  /** Addresses, see imageAddress, with the hash that each file must have. */
  readonly files: readonly { readonly file: string; readonly sha256: string }[]
  /** Pixels hold class indices; otherwise black and white, possibly with grey levels between. */
  readonly coded: boolean
  /** Whether the value 255 stands for pixels that nobody can tell, see maskParts. */
  readonly void: boolean
}

export interface SavedMask {
  /** The mask on which the edits began; null: empty. */
  readonly base: MaskSource | null
  /** The version that the statistics compare with; null: empty. */
  readonly parent: MaskSource | null
  /** Null: the base itself is saved. */
  readonly journal: string | null
  readonly size: Size
  /** CRC-32 of the pixels that the user saw; null without a journal. */
  readonly checksum: number | null
  readonly destination: string
  /** Goes into the file's header; see `originText`. */
  readonly origin: string
}

export interface ImpactInput {
  /** Every evaluated image of the category, with the masks in force. */
  readonly results: readonly StoredImage[]
  /** Which of them was edited. */
  readonly index: number
  /** The edited image's mask before and after; null: nominal everywhere. */
  readonly before: string | null
  readonly after: string | null
  readonly scoring: StoredScoring
  readonly threshold: number | null
}

/** How stored maps become scores. */
export type StoredScoring = Pick<EvaluationSettings['scoring'], 'pixelWeight' | 'crop'>

/** An evaluated image as it is stored. */
export interface StoredImage {
  readonly anomalous: boolean
  readonly defectType: string
  /** Null: nominal everywhere. */
  readonly maskFile: string | null
  /** `.npy` float32 [2, S, S]. */
  readonly maps: string
  readonly ratio: number
}

/** One row per category; the images of each column, null where it was not scored. */
export interface GridInput {
  readonly rows: readonly (readonly (GridCell | null)[])[]
  readonly baseline: number
  readonly seed: number
}

/** Profiles are a file; null leaves pixels out. */
export interface GridCell extends ScoredImages, Pick<ProfiledImages, 'figures'> {
  readonly profiles: string | null
}

export interface GridStatistics {
  /** [row][column]; null where a category was not scored. */
  readonly cells: readonly (readonly (CellStatistics | null)[])[]
  /** Of the mean over the categories that both have; empty for the baseline. */
  readonly means: readonly ByMetric<Difference>[]
}

export interface BackgroundContract {
  reportPictures: {
    input: ReportPictures
    output: readonly ReportPicture[]
    event: never
  }
  /** Compares a data set's folder with what is on record; reads what is new only with `contents`. */
  additions: {
    input: {
      readonly root: string
      readonly layout: DatasetLayout
      readonly reading: Reading
      readonly recorded: readonly RecordedImage[]
      readonly contents: boolean
    }
    output: Additions
    event: { readonly done: number; readonly total: number }
  }
  /** The split of every image as its folder has it. */
  folderSplits: {
    input: {
      readonly root: string
      readonly layout: DatasetLayout
      readonly reading: Reading
    }
    output: readonly { readonly path: string; readonly split: Split }[]
    event: never
  }
  scan: {
    input: {
      readonly root: string
      readonly reading?: Reading | undefined
      /** File that keeps what was read, so that a scan that was ended goes on from there. */
      readonly journal: string
    }
    output: Scan
    event: { readonly done: number; readonly total: number }
  }
  /** Compares files with what was recorded of them; null where nothing differs. */
  checkFiles: {
    input: {
      readonly root: string
      readonly files: readonly RecordedFile[]
      /** Reads every file; otherwise only those whose size or time differ. */
      readonly contents: boolean
    }
    output: readonly (FoundFile | null)[]
    event: { readonly done: number; readonly total: number }
  }
  /** Finds recorded files below another folder, by relative path and by content. */
  matchFiles: {
    input: { readonly root: string; readonly files: readonly RecordedFile[] }
    output: FileMatch
    event: { readonly done: number; readonly total: number }
  }
  makeDemo: {
    input: { readonly folder: string; readonly seed: number; readonly sources: string }
    output: { readonly images: number }
    event: { readonly done: number; readonly total: number }
  }
  /** Fetches what the engine of an installed studio needs into a folder; progress is in bytes. */
  fetchEngine: {
    input: { readonly root: string }
    output: null
    event: { readonly done: number; readonly total: number }
  }
  /** Writes a WebP or PNG thumbnail whose longer side is `side` pixels. */
  thumbnail: {
    input: { readonly file: string; readonly destination: string; readonly side: number }
    output: null
    event: never
  }
  /** The nearest training image of each test image that looks nearly like one of its category. */
  nearDuplicates: {
    input: {
      readonly images: readonly {
        /** Address, see imageAddress. */
        readonly file: string
        readonly category: string
        readonly trained: boolean
      }[]
    }
    /** Pairs of places, the nearest first; of more than are listed the number. */
    output: {
      readonly total: number
      readonly pairs: readonly {
        readonly test: number
        readonly train: number
        readonly distance: number
      }[]
    }
    event: { readonly done: number; readonly total: number }
  }
  /** Writes a WebP of how an image of a folder would be read. */
  example: {
    input: {
      readonly root: string
      readonly example: ReadingExample
      readonly range: SampleRange | null
      readonly destination: string
    }
    output: null
    event: never
  }
  /** Writes an image that the window cannot show itself (TIFF, 16 bits, …) as an 8-bit PNG of the same size. */
  picture: {
    input: { readonly file: string; readonly destination: string }
    output: null
    event: never
  }
  /** Writes the union of mask files as one 8-bit PNG: defects 255, void {@link VOID_PIXEL}, all else 0. */
  mask: {
    input: {
      readonly source: MaskSource
      readonly destination: string
    }
    output: null
    event: never
  }
  /** Writes a mask's class indices, run-length coded, for editing. */
  maskClasses: {
    input: { readonly source: MaskSource; readonly size: Size; readonly destination: string }
    output: null
    event: never
  }
  /** Replays a journal over the mask it began on and writes the result as an 8-bit PNG of class indices. */
  saveMask: {
    input: SavedMask
    output: { readonly sha256: string; readonly stats: MaskStats }
    event: never
  }
  /** Pixel figures from stored maps with a mask as it was and as it is. */
  maskImpact: {
    input: ImpactInput
    output: MaskImpact
    event: { readonly done: number; readonly total: number }
  }
  /** Writes masks in the way a data set's layout keeps them, or a copy of the whole data set with them. */
  exportMasks: {
    input: MaskExportInput
    output: MaskExport
    event: { readonly done: number; readonly total: number }
  }
  /** Scores of a sweep's stored maps, inside and outside their masks. */
  sweepMeasures: {
    input: {
      readonly items: readonly {
        readonly maps: string
        /** Null: no mask, or a painted one. */
        readonly mask: string | null
        readonly paint: number | null
      }[]
      /** v · ratio */
      readonly weight: number
      readonly crop: boolean
    }
    output: readonly ImageMeasure[]
    event: never
  }
  /** A stored map with its picture, to be shown. */
  storedMap: {
    input: { readonly maps: string; readonly picture: string }
    output: Pick<PreviewResult, 'size' | 'maps' | 'reconstruction'>
    event: never
  }
  /** Writes the mean of stored maps, each half multiplied first, as maps [2, S, S]. */
  combineMaps: {
    input: {
      readonly parts: readonly {
        readonly map: string
        /** What its feature and its pixel half are multiplied by. */
        readonly feature: number
        readonly pixel: number
      }[]
      readonly destination: string
    }
    output: WrittenFile
    event: never
  }
  /** Compares stored maps over a threshold with the masks in force. */
  overlaps: {
    input: {
      readonly results: readonly StoredImage[]
      readonly scoring: StoredScoring
      readonly threshold: number
    }
    output: { readonly overlaps: readonly Overlap[] }
    event: { readonly done: number; readonly total: number }
  }
  /** Metrics of stored maps against the masks in force. */
  metrics: {
    input: {
      readonly results: readonly StoredImage[]
      readonly scoring: StoredScoring
      /** With the metrics' intervals. */
      readonly intervals?: boolean
    }
    output: { readonly metrics: readonly MetricRow[] }
    event: { readonly done: number; readonly total: number }
  }
  /** What scores each image at any v. */
  envelopes: {
    input: { readonly results: readonly StoredImage[]; readonly crop: boolean }
    output: readonly Envelope[]
    event: { readonly done: number; readonly total: number }
  }
  /** Feature and pixel distance, each alone. */
  distances: {
    input: { readonly results: readonly StoredImage[]; readonly crop: boolean }
    output: readonly DistanceRow[]
    event: { readonly done: number; readonly total: number }
  }
  /** Pixels called defective at any threshold. */
  pixelCurve: {
    input: {
      readonly results: readonly StoredImage[]
      readonly scoring: StoredScoring
      /** Places of the results that count; null: all. */
      readonly places: readonly number[] | null
    }
    output: PixelCurve
    event: { readonly done: number; readonly total: number }
  }
  /** What each image of a defect type (null: of all), with all nominal ones, costs the pixel figures. */
  pixelCosts: {
    input: {
      readonly results: readonly StoredImage[]
      readonly scoring: StoredScoring
      readonly defectType: string | null
    }
    output: readonly PixelCost[] | null
    event: { readonly done: number; readonly total: number }
  }
  /** Counts the pixels of stored maps once, for resampling: `.npy` float32 [images, 3, bins]. */
  pixelProfiles: {
    input: {
      readonly results: readonly StoredImage[]
      readonly scoring: StoredScoring
      readonly destination: string
    }
    output: null
    event: never
  }
  /** Intervals and differences over a category × model grid. */
  gridStatistics: {
    input: GridInput
    output: GridStatistics
    event: { readonly done: number; readonly total: number }
  }
  /** Unpacks an archive of a run into a new, empty folder, and checks it. */
  readRun: {
    input: { readonly file: string; readonly folder: string }
    output: ReadRun
    event: never
  }
  exportMaps: {
    input: MapsExport
    output: { readonly bytes: number }
    event: { readonly done: number; readonly total: number }
  }
}
