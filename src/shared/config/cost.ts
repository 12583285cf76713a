import type { RunConfig } from './run-config.ts'

/** CPU seconds of one image in a training step at 256 px, base 32: measured, see docs/performance.md. */
const MEASURED_SECONDS = 1.68
const MEASURED_SIZE = 256
const MEASURED_CHANNELS = 32

/**
 * Roughly how long a training takes on a processor, in seconds: pixels count once, channels almost squared. Good
 * to tell days from minutes; what is measured on the machine is exact.
 */
export function processorSeconds(
  { model, training }: Pick<RunConfig, 'model' | 'training'>,
  images: number,
  cores: number,
): number {
  const pixels = (model.imageSize / MEASURED_SIZE) ** 2
  const channels = (model.baseChannels / MEASURED_CHANNELS) ** 1.85
  const seen = training.batchSize * trainingSteps({ training }, images)
  return (MEASURED_SECONDS * pixels * channels * seen) / Math.max(1, cores)
}

/** Network passes per reconstructed image: ⌈T′/skip⌉. */
export function passesPerImage({ reconstruction }: Pick<RunConfig, 'reconstruction'>): number {
  return Math.ceil(reconstruction.startStep / reconstruction.skip)
}

/** Optimiser steps of a training; the last, incomplete batch of an epoch is left out. */
export function trainingSteps({ training }: Pick<RunConfig, 'training'>, images: number): number {
  return training.epochs * Math.max(1, Math.floor(images / training.batchSize))
}
