import { DdadError } from '../../shared/errors.ts'

export interface WorkOptions {
  readonly signal?: AbortSignal
  readonly onProgress?: (done: number, total: number) => void
}

/** Files worked on at the same time. */
const IN_FLIGHT = 4
/** Every step is told up to here; of more, one percent at a time. */
const TOLD_SINGLY = 200

/**
 * Works on every item, some at a time; results in the order of the items. After a failure nothing new is begun, and
 * what had begun has ended before it is told.
 *
 * @throws DdadError CANCELLED with the words given when the signal is aborted; what the work throws first.
 */
export async function inParallel<Item, Result>(
  items: readonly Item[],
  { signal, onProgress }: WorkOptions,
  cancelled: string,
  work: (item: Item, index: number) => Promise<Result>,
): Promise<Result[]> {
  const results = new Array<Result>(items.length)
  const stride = Math.max(1, Math.floor(items.length / TOLD_SINGLY))
  let next = 0
  let done = 0
  let failure: { readonly error: unknown } | null = null
  const takeOn = async () => {
    for (let index = next++; index < items.length && !failure; index = next++) {
      try {
        if (signal?.aborted) throw new DdadError('CANCELLED', cancelled)
        results[index] = await work(items[index]!, index)
        done += 1
        if (done % stride === 0 || done === items.length) onProgress?.(done, items.length)
      } catch (error) {
        failure ??= { error }
      }
    }
  }
  await Promise.all(Array.from({ length: IN_FLIGHT }, takeOn))
  if (failure) throw (failure as { readonly error: unknown }).error
  return results
}
