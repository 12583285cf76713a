/** The methods by name. */
import type { ReconstructionSettings } from '../../../shared/config/run-config.ts'
import type { MethodSource } from '../../../shared/processes/engine.ts'
import { Scorer } from './ddad/scorer.ts'
import { PatchCore } from './patchcore/patchcore.ts'
import type { Mapper, OpenOptions } from './method.ts'

/**
 * Loads a method's weights.
 * @throws DdadError WEIGHTS_MISSING, NOT_FOUND or BAD_FILE naming the file
 */
export function openMethod(
  source: MethodSource,
  options: OpenOptions,
): Promise<Mapper<ReconstructionSettings>> {
  switch (source.method) {
    case 'ddad':
      return Scorer.open(source, options)
    case 'patchcore':
      return PatchCore.open(source)
  }
}
