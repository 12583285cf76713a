import { z } from 'zod'
import { checkpointId, imageId } from '../ipc/ids.ts'
import { probeSettings } from '../diffusion/passes.ts'
import type { ReconstructionSettings } from './run-config.ts'

const startStep = z.number().int().min(1).max(1000)

/** What a sweep varies; every combination is computed. */
export const sweepSpecSchema = z.strictObject({
  /** T′ */
  startSteps: z.array(startStep).min(1).max(50),
  /** A skip above T′ counts as T′: one pass. */
  skips: z.array(startStep).min(1).max(10),
  /** w */
  guidanceWeights: z.array(z.number().min(0).max(100)).min(1).max(20),
  /** v, which needs no network. */
  pixelWeights: z.array(z.number().min(0).max(100)).min(1).max(20),
  /** Checkpoints of the run; empty takes the newest. */
  checkpointIds: z.array(checkpointId).max(10),
  /** Null takes all test images. */
  imageIds: z.array(imageId).min(1).max(20_000).nullable(),
  /** Nominal training images that get a painted defect, to choose T′ without defects. */
  synthetic: z.number().int().min(0).max(64),
  /** Adds one-pass probes of every T′, by which T′ can be chosen for each image. */
  probes: z.boolean(),
})
export type SweepSpec = Readonly<z.output<typeof sweepSpecSchema>>

/** The settings that a sweep's network passes need, without repetition; v is not among them. */
export function sweepSettings(
  spec: SweepSpec,
  base: ReconstructionSettings,
): ReconstructionSettings[] {
  const found = new Map<string, ReconstructionSettings>()
  const add = (settings: ReconstructionSettings) => found.set(JSON.stringify(settings), settings)
  for (const guidanceWeight of spec.guidanceWeights) {
    for (const startStep of spec.startSteps) {
      for (const skip of spec.skips) {
        add({ ...base, startStep, skip: Math.min(skip, startStep), guidanceWeight })
      }
      if (spec.probes) add(probeSettings({ ...base, startStep, guidanceWeight }))
    }
  }
  return [...found.values()]
}
