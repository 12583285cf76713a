/** Fetches what the engine of an installed studio needs. */
import { openPromise } from 'yauzl'
import { fetchArtefacts, missingArtefacts } from '../../provision/engine.mjs'
import { DdadError } from '../../shared/errors.ts'

/**
 * @param root The folder that the files lie in.
 * @throws {DdadError} CANCELLED when it was given up, CONFLICT with the reason when it could not be fetched; what has
 *   arrived is kept either way.
 */
export async function fetchEngine(
  root: string,
  signal: AbortSignal,
  onBytes: (done: number, total: number) => void,
): Promise<void> {
  try {
    const missing = await missingArtefacts(root)
    await fetchArtefacts(root, missing, { openZip: openPromise, signal, onBytes })
  } catch (error) {
    if (signal.aborted) {
      throw new DdadError('CANCELLED', 'Given up; what has arrived is kept.', { cause: error })
    }
    throw new DdadError('CONFLICT', error instanceof Error ? error.message : String(error), {
      cause: error,
    })
  }
}
