import { sigmaThreshold } from '../metrics/mean.ts'
import type { ReconstructionSettings } from '../config/run-config.ts'
import type { MetricRow } from '../evaluation/evaluation.ts'
import type { CheckpointId, ImageId } from '../core/ids.ts'

/** The score of one image under one setting, and where it comes from. */
export interface ImageMeasure {
  /** Maximum of the combined, blurred and cropped map. */
  readonly score: number
  /** Inside and outside the mask in force; null where that part is empty or there is no mask. */
  readonly insideMax: number | null
  readonly insideMean: number | null
  readonly outsideMax: number | null
  readonly outsideMean: number | null
}

/**
 * Why an image is in a sweep: to be judged, to measure what nominal images do at a setting, or as a nominal image
 * with a painted defect.
 */
export type SweepGroup = 'test' | 'nominal' | 'synthetic'

export interface SweepImageEntry {
  readonly key: string
  readonly imageId: ImageId
  readonly path: string
  readonly group: SweepGroup
  readonly defectType: string
  readonly anomalous: boolean
  /** Mean distance of its features to the nearest nominal images; null when unknown. */
  readonly distance: number | null
}

/** Scores of nominal training images under a setting: what makes scores at different T′ comparable. */
export interface NominalScores {
  readonly mean: number
  readonly deviation: number
  /** mean + 3 · deviation */
  readonly limit: number
}

/** One setting of one checkpoint, for all images of a report. */
export interface SweepCell {
  readonly id: number
  /** Differs once anything else of the cell does. */
  readonly version: string
  readonly checkpointId: CheckpointId
  readonly checkpointStep: number
  readonly reconstruction: ReconstructionSettings
  readonly probe: boolean
  /** Network passes of one image. */
  readonly passes: number
  /** Mean time of one image. */
  readonly milliseconds: number
  /** Ratio by which pixel distances are scaled before v; null before nominal images are done. */
  readonly ratio: number | null
  readonly nominal: NominalScores | null
  /** By position in the report's images; null where it is not computed yet. */
  readonly measures: readonly (ImageMeasure | null)[]
}

/** The mean, standard deviation (of all, not a sample) and limit of nominal scores. */
export function nominalScores(scores: readonly number[]): NominalScores {
  const { mean, deviation, threshold } = sigmaThreshold(scores, 3)
  return { mean, deviation, limit: threshold }
}

/** An image whose file is not as it was imported, or not as it was swept. */
export interface ChangedSweepImage {
  readonly imageId: ImageId
  readonly path: string
  /** What the report shows of it: what the file holds now, or what it held when it was swept. */
  readonly shown: 'now' | 'before'
}

/** Which files changed, in words; null when none did. */
export function changedText(changed: readonly ChangedSweepImage[]): string | null {
  if (changed.length === 0) return null
  const names = changed
    .slice(0, NAMED)
    .map(
      ({ path, shown }) =>
        `${path} (${shown === 'now' ? 'swept as it is now' : 'shown as it was swept'})`,
    )
  const more = changed.length > NAMED ? ` and ${changed.length - NAMED} more` : ''
  const files = changed.length === 1 ? 'One file' : `${changed.length} files`
  return `${files} changed since the import or the sweep: ${names.join(', ')}${more}. Data sets → Check files shows them.`
}

/** Files that a message names; of more, the number. */
const NAMED = 3

/** All that is stored for the weights of a run, measured for one v. */
export interface SweepReport {
  readonly pixelWeight: number
  /** Images of {@link images} whose files changed. */
  readonly changed: readonly ChangedSweepImage[]
  readonly images: readonly SweepImageEntry[]
  readonly cells: readonly SweepCell[]
  /** Cells that are as the asker knows them, and therefore not among {@link cells}. */
  readonly unchanged: readonly number[]
  /** Distances of the nominal images to each other, for bins. */
  readonly nominalDistances: readonly number[]
}

/** What a sweep would cost before it is started. */
export interface SweepPlan {
  /** Combinations of T′, skip, w and checkpoint. */
  readonly settings: number
  /** Passes of one step each, to choose T′ for each image. */
  readonly probes: number
  readonly images: number
  /** Maps of single images in all, and how many of them are stored already. */
  readonly maps: number
  readonly stored: number
  /** Network passes that are left. */
  readonly passes: number
  /** Null before anything of this run was timed. */
  readonly seconds: number | null
  readonly bytes: number
}

/** Region figures of one cell, by defect type (null: all). */
export interface SweepRegions {
  readonly cellId: number
  readonly metrics: readonly MetricRow[]
}
