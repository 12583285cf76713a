import path from 'node:path'
import type { Place, PlaceSettings } from '../../../shared/jobs/place.ts'
import { placeNameSchema, placeSettingsSchema } from '../../../shared/jobs/place-schemas.ts'
import { Unsuccessful, UsageError, type Command, type CommandContext } from '../command.ts'
import { checksText } from '../checks-text.ts'
import { table } from '../output.ts'
import { submissionFrom, submissionHelp, submissionOptions } from '../submission-options.ts'
import type { Values } from '../values.ts'

/** How long a test job waits for its turn, in seconds. */
const WAIT = 120

function pathRule(text: string): PlaceSettings['paths'][number] {
  const at = text.indexOf('=')
  if (at < 1) throw new UsageError(`--path takes HERE=THERE, not ${text}.`)
  return { here: path.resolve(text.slice(0, at)), there: text.slice(at + 1) }
}

function settingsFrom(values: Values, base: PlaceSettings): PlaceSettings {
  const [paths, prelude] = [values.list('path'), values.list('first')]
  const result = placeSettingsSchema.safeParse({
    host: values.text('host') ?? base.host,
    command: values.text('command') ?? base.command,
    scratch: values.text('scratch') ?? base.scratch,
    local: values.text('local') ?? base.local,
    prelude: prelude.length > 0 ? prelude.join('\n') : base.prelude,
    paths: paths.length > 0 ? paths.map(pathRule) : base.paths,
    submission: submissionFrom(values, base.submission),
  })
  if (result.success) return result.data
  const [issue] = result.error.issues
  const what = issue?.path[0] === 'prelude' ? 'first' : String(issue?.path[0])
  throw new UsageError(`--${what}: ${issue?.message ?? 'is missing'}.`)
}

const options = {
  host: { type: 'string' },
  scratch: { type: 'string' },
  command: { type: 'string' },
  local: { type: 'string' },
  first: { type: 'string', multiple: true },
  path: { type: 'string', multiple: true },
  ...submissionOptions,
} as const

const details =
  '--scratch is a folder that every node reaches. --host is reached by your own ssh, without a question; without\n' +
  'it, sbatch of this machine. --command calls ddad on a node. --local is on a node’s own disk. --first is a line\n' +
  'of shell before everything, `module load slurm` for instance. --path HERE=THERE says where a folder of this\n' +
  'machine is on the nodes; THERE may be a .tar of it, which each task unpacks.\n' +
  submissionHelp

const described = ({ name, settings }: Place) =>
  `${name}: ${settings.host || 'sbatch of this machine'}, ${settings.scratch}`

export const placesAdd: Command = {
  name: 'places add',
  usage: 'NAME --scratch DIR [--host HOST] [--command TEXT] [--path HERE=THERE]… [options]',
  summary: 'Adds a Slurm cluster where studies can run.',
  details,
  options,
  run: async ({ values, output, studio }) => {
    const name = placeNameSchema.safeParse(values.positional('The name'))
    if (!name.success)
      throw new UsageError(`A name ${name.error.issues[0]?.message ?? 'is wrong'}.`)
    const { places } = studio()
    const place = places.add(name.data, settingsFrom(values, places.defaults()))
    output.result(
      place,
      `Added ${described(place)}. \`ddad places test "${place.name}"\` tries it.`,
    )
  },
}

export const placesChange: Command = {
  name: 'places change',
  usage: 'NAME [options]',
  summary:
    'Changes a place; what is not named stays. Studies that were sent keep what they were sent with.',
  details,
  options,
  run: async ({ values, output, studio }) => {
    const { places } = studio()
    const { id, name, settings } = places.find(values.positional('The place'))
    const place = places.change(id, name, settingsFrom(values, settings))
    output.result(place, `Changed ${described(place)}.`)
  },
}

export const placesList: Command = {
  name: 'places list',
  usage: '',
  summary: 'Lists the places besides this machine.',
  options: {},
  run: async ({ output, studio }) => {
    const places = studio().places.list()
    const rows = places.map(({ name, settings }) => [
      name,
      settings.host || 'this machine',
      settings.scratch,
      settings.command,
    ])
    const header = ['place', 'host', 'shared folder', 'ddad']
    output.result(
      places,
      rows.length > 0 ? table(header, rows) : 'There are no places yet besides this machine.',
    )
  },
}

export const placesRemove: Command = {
  name: 'places remove',
  usage: 'NAME',
  summary: 'Forgets a place that no study was sent to.',
  options: {},
  run: async ({ values, output, studio }) => {
    const { places } = studio()
    const { id, name } = places.find(values.positional('The place'))
    places.remove(id)
    output.result({ removed: id }, `Removed ${name}.`)
  },
}

/** Tries a place out and says what was found. */
export async function testPlace(
  { values, output, studio }: CommandContext,
  reference: string,
): Promise<void> {
  const { places } = studio()
  const { id } = places.find(reference)
  const report = await places.test(id, values.number('wait') ?? WAIT)
  const rows = report.partitions.map(({ name, nodes, timeLimit, gres, memory, cpus }) =>
    [name, nodes, timeLimit, gres, `${memory} MB`, cpus].map(String),
  )
  const header = ['partition', 'nodes', 'time limit', 'resources', 'memory', 'processors']
  const partitions = rows.length > 0 ? `${table(header, rows)}\n\n` : ''
  output.result(report, partitions + checksText(report.checks))
  if (report.checks.some(({ ok }) => !ok)) throw new Unsuccessful()
}

export const placesTest: Command = {
  name: 'places test',
  usage: 'NAME [--wait SECONDS]',
  summary: 'Asks Slurm what it has, and runs `ddad doctor` on a node in a job of seconds.',
  details: `--wait 0 sends no job; without it, one waits ${WAIT} s for its turn.`,
  options: { wait: { type: 'string' } },
  run: (context) => testPlace(context, context.values.positional('The place')),
}
