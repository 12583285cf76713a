/** The options that say what a study asks Slurm for. */
import type { ParseArgsOptionsConfig } from 'node:util'
import type { Submission } from '../../shared/jobs/place.ts'
import { submissionSchema } from '../../shared/jobs/place-schemas.ts'
import { UsageError } from './command.ts'
import type { Values } from './values.ts'

export const submissionOptions: ParseArgsOptionsConfig = {
  partition: { type: 'string' },
  account: { type: 'string' },
  gres: { type: 'string' },
  minutes: { type: 'string' },
  memory: { type: 'string' },
  cpus: { type: 'string' },
  limit: { type: 'string' },
  requeues: { type: 'string' },
  'no-maps': { type: 'boolean' },
  line: { type: 'string', multiple: true },
}

export const submissionHelp =
  '--partition, --account, --gres gpu:1, --minutes N (of one attempt), --memory MB, --cpus N as Slurm takes them;\n' +
  '--limit N tasks run at a time, --requeues N is how often a stopped or killed task goes back by itself,\n' +
  "--no-maps leaves maps out of the results, --line '#SBATCH …' adds a line."

/** What was typed over what the place has. @throws {UsageError} that names the option */
export function submissionFrom(values: Values, base: Submission): Submission {
  const lines = values.list('line')
  const result = submissionSchema.safeParse({
    partition: values.text('partition') ?? base.partition,
    account: values.text('account') ?? base.account,
    gres: values.text('gres') ?? base.gres,
    minutes: values.number('minutes') ?? base.minutes,
    memory: values.number('memory') ?? base.memory,
    cpus: values.number('cpus') ?? base.cpus,
    limit: values.number('limit') ?? base.limit,
    requeues: values.number('requeues') ?? base.requeues,
    maps: values.flag('no-maps') ? false : base.maps,
    lines: lines.length > 0 ? lines : base.lines,
  })
  if (result.success) return result.data
  const [issue] = result.error.issues
  throw new UsageError(`--${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'cannot be used'}.`)
}
