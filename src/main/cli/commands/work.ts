/** What the commands that run jobs have in common. */
import type { JobId } from '../../../shared/core/ids.ts'
import type { Job } from '../../../shared/runs/run.ts'
import type { Studio } from '../../services/studio.ts'
import { Unsuccessful } from '../command.ts'
import { workThrough } from '../follow.ts'
import type { Output } from '../output.ts'

interface Report {
  readonly data: unknown
  readonly text: string
}

/**
 * Works through jobs and prints the result.
 * @throws {Unsuccessful} after the result, when a job did not finish.
 */
export async function workAndReport(
  studio: Studio,
  ids: readonly JobId[],
  output: Output,
  report: (jobs: readonly Job[]) => Report | Promise<Report>,
): Promise<void> {
  const jobs = await workThrough(studio, ids, output)
  const { data, text } = await report(jobs)
  output.result(data, text)
  if (jobs.some(({ state }) => state !== 'finished')) throw new Unsuccessful()
}
