import type { RunId } from '../../../shared/core/ids.ts'
import type { RunDifference } from '../../../shared/runs/run-diff.ts'
import { Unsuccessful, type Command } from '../command.ts'
import { runText } from '../run-text.ts'
import { workAndReport } from './work.ts'

const line = ({ label, before, after }: RunDifference) =>
  `  ${label}: ${before ?? 'not there'} then, ${after ?? 'not there'} now`

export const reproduce: Command = {
  name: 'reproduce',
  usage: '--run ID [--check] [--strict]',
  summary: 'Starts the same run again and says whether it comes out the same.',
  details:
    'Every difference in data, masks, code, versions and weights is named first. --check only names them,\n' +
    '--strict starts nothing when there is one.',
  options: { run: { type: 'string' }, check: { type: 'boolean' }, strict: { type: 'boolean' } },
  run: async ({ values, output, studio }) => {
    const id = values.id('run') as RunId
    const { reproduction, runs } = studio()
    const { mismatches: found, recorded } = await reproduction.plan(id)
    const said =
      found.length === 0
        ? 'Nothing differs from what was recorded.'
        : `Differs from what was recorded:\n${found.map(line).join('\n')}`
    const note = recorded ? '' : '\nThe run is older than the record of its environment.'
    if (values.flag('check') || (values.flag('strict') && found.length > 0)) {
      output.result({ mismatches: found, recorded }, said + note)
      if (found.length > 0) throw new Unsuccessful()
      return
    }
    output.say(said + note)
    const run = reproduction.start(id)
    const ids = runs.jobs(run.id).map((job) => job.id)
    await workAndReport(studio(), ids, output, (jobs) => {
      const repeated = runs.get(run.id)
      const check = repeated.state === 'finished' ? reproduction.check(id, run.id) : null
      const verdict =
        check === null
          ? 'It did not finish, so nothing was compared.'
          : check.weights && check.differingScores === 0
            ? `Identical to run ${id}: weights and ${check.images} scores, bit for bit.`
            : `Not identical to run ${id}: ${check.weights ? 'same' : 'other'} weights, ${check.differingScores} of ${check.images} scores differ.`
      return {
        data: { run: repeated, mismatches: found, check, jobs },
        text: `${runText(repeated, jobs)}\n${verdict}`,
      }
    })
  },
}
