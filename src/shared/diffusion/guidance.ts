import type { ReconstructionSettings } from '../config/run-config.ts'
import { alphaBarAt } from './schedule.ts'
import { trajectory } from './trajectory.ts'

/** How strongly one step of a reconstruction is drawn to its target. */
export interface GuidedStep {
  /** t, 0 … 999 */
  readonly step: number
  /** ᾱ_t: the share of the signal's power that is left at t. */
  readonly alphaBar: number
  /**
   * g_t = w·(1−ᾱ_t). The guided prediction is p + g_t·(y − p), a blend of the network's own prediction p and the
   * target y: 0 ignores the target, 1 is the target itself, above 1 lies beyond it.
   */
  readonly effective: number
}

/**
 * The effective guidance of each network pass, first pass first. It follows from inserting DDAD's guided noise
 * (arXiv 2305.15956, eq. 5 and 6) into the prediction of x_0; there is no approximation in it.
 */
export function guidedSteps(
  settings: Pick<ReconstructionSettings, 'startStep' | 'skip' | 'start' | 'guidanceWeight'>,
): GuidedStep[] {
  return trajectory(settings).map((step) => {
    const alphaBar = alphaBarAt(step)
    return { step, alphaBar, effective: settings.guidanceWeight * (1 - alphaBar) }
  })
}

/** The largest w whose first pass does not go beyond the target: 1 / (1−ᾱ_t) at the first step's t. */
export function largestGuidance(
  settings: Pick<ReconstructionSettings, 'startStep' | 'skip' | 'start'>,
): number {
  const [first = 0] = trajectory(settings)
  return 1 / (1 - alphaBarAt(first))
}
