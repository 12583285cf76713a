import type { ModelConfig } from '../../../../shared/config/run-config.ts'
import type { NoisePredictor } from '../../diffusion/reconstruct.ts'
import { eagerWanted } from '../../graph/compile.ts'
import { CompiledUnet } from '../../graph/compiled-unet.ts'
import type { Unet } from '../../nn/unet.ts'
import { usesGpu } from '../../tf.ts'
import { isOutOfMemory } from '../../out-of-memory.ts'
import type { OpenOptions } from '../method.ts'

/** A U-Net for inference, whichever way it runs. */
export interface UnetPredictor extends NoisePredictor {
  readonly config: ModelConfig
  dispose(): void
}

/** Pixels of one pass on the CPU: with more of them an image takes no less time, and more memory. */
const CPU_PIXELS = 4 * 64 * 64

/**
 * Compiles a network for many passes; where that fails it runs operation by operation.
 * @param unet owned by the result
 */
export function openPredictor(unet: Unet, { batch, warn }: OpenOptions): UnetPredictor {
  if (eagerWanted()) return unet
  const fits = Math.max(1, Math.floor(CPU_PIXELS / unet.config.imageSize ** 2))
  let size = usesGpu() ? batch : Math.min(batch, fits)
  for (;;) {
    try {
      const compiled = new CompiledUnet(unet, size)
      unet.dispose()
      return compiled
    } catch (error) {
      if (isOutOfMemory(error) && size > 1) {
        size = Math.floor(size / 2)
        continue
      }
      const reason = error instanceof Error ? error.message : String(error)
      warn(
        `The network could not be compiled and runs operation by operation, more slowly: ${reason}`,
      )
      return unet
    }
  }
}
