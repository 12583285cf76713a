import type { RunDifference } from './run-diff.ts'
import type { RunRecord } from './run-record.ts'

/** What was recorded of a run, and in what the present differs from it. */
export interface Reproduction {
  readonly record: RunRecord
  /** Empty when the same result is to be expected on a CPU, bit for bit. */
  readonly mismatches: readonly RunDifference[]
  /** False for runs from before environments were recorded: then only the data can be compared. */
  readonly recorded: boolean
}

/** How a repeated run came out against the first. */
export interface ReproductionCheck {
  /** Whether the newest U-Net checkpoints are the same file. */
  readonly weights: boolean
  /** Images that the first has scored. */
  readonly images: number
  readonly differingScores: number
}
