import type { DropoutKey } from '../nn/dropout.ts'
import type { Weights } from '../nn/layers.ts'
import type { NoisyBatch } from './loss.ts'

/** What training continues from; tensors by weight name. Empty moments start at zero. */
export interface TrainingState {
  /** Optimiser steps done. */
  readonly step: number
  readonly weights: Weights
  readonly m: Weights
  readonly v: Weights
  readonly average: Weights | null
}

export interface TrainingOptions {
  readonly weightDecay: number
  /** Of an exponential moving average of the weights; null keeps none. */
  readonly emaDecay: number | null
}

/** DDAD's training step: gradients of micro-batches are summed, then Adam takes its step. */
export interface TrainingStep {
  /** Optimiser steps done. */
  readonly step: number
  /**
   * Adds the gradients of a part of a batch to the sums.
   * @param batchSize images of the whole batch
   * @returns this part's contribution to the batch's mean loss
   */
  accumulate(batch: NoisyBatch, batchSize: number, dropout: DropoutKey): number
  /**
   * Takes Adam's step with the summed gradients and sets the sums to zero.
   * @returns the length of the summed gradients as one vector
   */
  apply(learningRate: number): number
  /** Sets the sums of gradients to zero, as after a failed pass. */
  forget(): void
  /** Goes on with fewer images at a time, without sums of gradients. */
  resize(microBatch: number): void
  /** Copies of everything that is needed to continue, owned by the caller. */
  state(): TrainingState
  dispose(): void
}
