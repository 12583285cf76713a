import type { RunId } from '../../../shared/core/ids.ts'
import type { Command } from '../command.ts'
import { runText } from '../run-text.ts'
import { workAndReport } from './work.ts'

export const adapt: Command = {
  name: 'adapt',
  usage: '--run ID',
  summary: 'Adapts the feature extractor of a trained run to its category.',
  options: { run: { type: 'string' } },
  run: async ({ values, output, studio }) => {
    const id = values.id('run') as RunId
    const { runs } = studio()
    const job = runs.adapt(id)
    await workAndReport(studio(), [job.id], output, (jobs) => {
      const data = { run: runs.get(id), jobs }
      return { data, text: runText(data.run, jobs) }
    })
  },
}
