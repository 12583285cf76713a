/**
 * What the background process does: work on files and pixels that needs no TensorFlow, so that browsing,
 * masks and metrics stay quick while the engine trains.
 */
import type { EvaluationSettings } from '../config/run-config.ts'
import type { DatasetLayout, ImportReport, Split } from '../domain/dataset.ts'
import type { MetricRow } from '../domain/evaluation.ts'
import type { GridStatistics, ScoredImages } from '../metrics/paired-bootstrap.ts'
import type { TestImage } from './engine.ts'

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
  readonly width: number
  readonly height: number
  /** Mask files relative to the root, in order (LOCO has one per region); empty when there is none. */
  readonly masks: readonly ScannedMask[]
}

export interface ScannedMask {
  readonly path: string
  readonly sha256: string
}

export interface Scan {
  readonly layout: DatasetLayout
  readonly report: ImportReport
  readonly images: readonly ScannedImage[]
}

export interface BackgroundContract {
  scan: {
    input: { readonly root: string }
    output: Scan
    event: { readonly done: number; readonly total: number }
  }
  makeDemo: {
    input: { readonly folder: string; readonly seed: number; readonly sources: string }
    output: { readonly images: number }
    event: { readonly done: number; readonly total: number }
  }
  /** Writes a WebP or PNG thumbnail whose longer side is `side` pixels. */
  thumbnail: {
    input: { readonly file: string; readonly destination: string; readonly side: number }
    output: null
    event: never
  }
  /** Writes an image that the window cannot show itself (TIFF, 16 bits, …) as an 8-bit PNG of the same size. */
  picture: {
    input: { readonly file: string; readonly destination: string }
    output: null
    event: never
  }
  /** Writes the union of mask files as one 8-bit PNG, 0 or 255. */
  mask: {
    input: { readonly files: readonly string[]; readonly destination: string }
    output: null
    event: never
  }
  /** Metrics of stored maps against the masks in force. */
  metrics: {
    input: {
      readonly settings: EvaluationSettings
      readonly results: readonly (TestImage & { readonly maps: string; readonly ratio: number })[]
    }
    output: { readonly metrics: readonly MetricRow[]; readonly scores: readonly number[] }
    event: { readonly done: number; readonly total: number }
  }
  /** Intervals and differences of image AUROC over a category × model grid. */
  gridStatistics: {
    input: {
      readonly rows: readonly (readonly (ScoredImages | null)[])[]
      readonly baseline: number
      readonly seed: number
    }
    output: GridStatistics
    event: never
  }
}
