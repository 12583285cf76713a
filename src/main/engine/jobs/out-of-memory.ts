/** Whether TensorFlow failed for lack of memory, on the GPU or the host. */
export function isOutOfMemory(error: unknown): boolean {
  const message = error instanceof Error ? error.message : String(error)
  return /\bOOM\b|resource ?_?exhausted|out of memory|failed to allocate/i.test(message)
}
