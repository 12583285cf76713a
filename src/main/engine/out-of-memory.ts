import { DdadError } from '../../shared/errors.ts'
import { saysOutOfMemory } from './gpu-policy.ts'

/** Whether TensorFlow failed for lack of memory, on the GPU or the host. */
export function isOutOfMemory(error: unknown): boolean {
  if (error instanceof DdadError) return error.code === 'OUT_OF_MEMORY'
  const message = error instanceof Error ? error.message : String(error)
  return saysOutOfMemory(message)
}
