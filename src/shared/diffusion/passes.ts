import type { ReconstructionSettings } from '../config/run-config.ts'

/** A probe is a single pass from T′ straight to x̂_0, without sampling noise. */
export function probeSettings(base: ReconstructionSettings): ReconstructionSettings {
  return { ...base, skip: base.startStep, start: 'corrected', eta: 0 }
}

export function isProbe({ startStep, skip, start, eta }: ReconstructionSettings): boolean {
  return skip === startStep && start === 'corrected' && eta === 0
}

/** Network passes of one image: ⌈T′/skip⌉. */
export function passesOf({ startStep, skip }: ReconstructionSettings): number {
  return Math.ceil(startStep / skip)
}
