/** Waiting for something that is to become true, with a limit that says what did not come. */
import { setTimeout as sleep } from 'node:timers/promises'

/**
 * Resolves when `condition` holds.
 * @param what What is waited for, as in "Waited 30 s for the job to run."
 * @param seconds Less than the limit of the tests that wait.
 */
export async function until(
  what: string,
  condition: () => boolean,
  { seconds = 45, every = 20 }: { seconds?: number; every?: number } = {},
): Promise<void> {
  const end = performance.now() + seconds * 1000
  while (!condition()) {
    if (performance.now() > end) throw new Error(`Waited ${seconds} s for ${what}.`)
    await sleep(every)
  }
}
