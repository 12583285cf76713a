import type { RunConfig } from './run-config.ts'

/** Network passes per reconstructed image: ⌈T′/skip⌉. */
export function passesPerImage({ reconstruction }: Pick<RunConfig, 'reconstruction'>): number {
  return Math.ceil(reconstruction.startStep / reconstruction.skip)
}

/** Optimiser steps of a training; the last, incomplete batch of an epoch is left out. */
export function trainingSteps({ training }: Pick<RunConfig, 'training'>, images: number): number {
  return training.epochs * Math.max(1, Math.floor(images / training.batchSize))
}
