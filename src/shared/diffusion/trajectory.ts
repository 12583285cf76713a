import type { ReconstructionSettings } from '../config/run-config.ts'
import { DIFFUSION_STEPS } from './schedule.ts'

/** The t at which an input is noised for start step T′: T′ itself, T − 1 at most. */
export function startIndex(startStep: number): number {
  return Math.min(startStep, DIFFUSION_STEPS - 1)
}

/**
 * The steps t of a reconstruction's ⌈T′/skip⌉ network passes, descending.
 *
 * `compatible` takes the multiples of skip below T′, down to 0, as the reference code does; an input noised
 * at T′ is then first denoised as if it had less noise. `corrected` starts at T′ itself.
 */
export function trajectory(
  settings: Pick<ReconstructionSettings, 'startStep' | 'skip' | 'start'>,
): number[] {
  const { startStep, skip, start } = settings
  const passes = Math.ceil(startStep / skip)
  return Array.from({ length: passes }, (_, pass) =>
    start === 'compatible' ? (passes - 1 - pass) * skip : startIndex(startStep) - pass * skip,
  )
}
