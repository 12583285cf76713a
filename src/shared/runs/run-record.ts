/** What is needed to say how a run came about, and whether it can come about again. */
import type { Evaluation } from '../evaluation/evaluation.ts'
import type { ImageId, MaskVersionId } from '../core/ids.ts'
import type { SeenImage } from '../datasets/image-diff.ts'
import type { Checkpoint, Run } from './run.ts'

/** What computed a run or an evaluation. Null where the machine does not tell. */
export interface RunEnvironment {
  /** Version of DDAD Studio. */
  readonly application: string
  /** Commit of a development build, with `+changes` when its files were edited; null for a release. */
  readonly commit: string | null
  readonly tensorflow: string
  /** `cpu` or the GPU's name. */
  readonly device: string
  /** Version of the GPU's driver. */
  readonly driver: string | null
  readonly os: string
  readonly node: string
  readonly electron: string | null
  /** SHA-256 over the ImageNet extractor's weights; null before one was used. */
  readonly extractorSha256: string | null
}

/** The mask that one image was measured with. */
export interface MaskUsed {
  /** Relative to the data set's root. */
  readonly image: string
  readonly imageId: ImageId
  /** Null for an image without a mask. */
  readonly maskVersionId: MaskVersionId | null
  readonly version: number | null
  /** Hashes of the mask's files as they were measured with; null where there is none. */
  readonly content: string | null
}

/** An image as a run saw it, with its id where it is in the workspace. */
export interface RecordedImage extends SeenImage {
  readonly imageId: ImageId | null
}

/** A run with everything that distinguishes it from another. */
export interface RunRecord {
  readonly run: Run
  /** Of the training; null for a run that has not begun or is older than this record. */
  readonly environment: RunEnvironment | null
  readonly checkpoints: readonly Checkpoint[]
  /** The newest finished one. */
  readonly evaluation: Evaluation | null
  readonly evaluationEnvironment: RunEnvironment | null
  readonly masks: readonly MaskUsed[]
  /** Of its category when its training began; null where only the data set's fingerprint is on record. */
  readonly images: readonly RecordedImage[] | null
}
