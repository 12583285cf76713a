/** What people write about runs, the trash, and what changed from one run to another. */
import type { RunId } from '../../../shared/core/ids.ts'
import { diffRuns } from '../../../shared/runs/run-diff.ts'
import type { RunAnnotation } from '../../services/runs/runs.ts'
import { UsageError, type Command, type CommandContext } from '../command.ts'
import { table } from '../output.ts'
import { toId } from '../values.ts'

const runId = ({ values }: CommandContext) =>
  toId(values.positional("The run's id"), 'The run') as RunId

function annotate(
  context: CommandContext,
  annotation: RunAnnotation,
  said: (name: string) => string,
): void {
  const run = context.studio().runs.annotate(runId(context), annotation)
  context.output.result({ run }, said(run.name))
}

/** A switch that `--undo` turns off. */
function toggle(verb: string, summary: string, key: 'archived' | 'favourite'): Command {
  return {
    name: `runs ${verb}`,
    usage: 'ID [--undo]',
    summary,
    options: { undo: { type: 'boolean' } },
    run: async (context) => {
      const on = !context.values.flag('undo')
      annotate(context, { [key]: on }, (name) => `${name}: ${on ? '' : 'no longer '}${key}.`)
    },
  }
}

export const runNoteCommands: readonly Command[] = [
  {
    name: 'runs tag',
    usage: 'ID [--add TAG]… [--remove TAG]…',
    summary: 'Adds and removes tags of a run.',
    options: {
      add: { type: 'string', multiple: true },
      remove: { type: 'string', multiple: true },
    },
    run: async (context) => {
      const [addTags, removeTags] = [context.values.list('add'), context.values.list('remove')]
      if (addTags.length + removeTags.length === 0) {
        throw new UsageError('--add or --remove is needed.')
      }
      const run = context.studio().runs.annotate(runId(context), { addTags, removeTags })
      context.output.result({ run }, `${run.name}: ${run.tags.join(', ') || 'no tags'}`)
    },
  },
  {
    name: 'runs note',
    usage: 'ID --text TEXT',
    summary: 'Writes the note of a run, replacing an earlier one.',
    options: { text: { type: 'string' } },
    run: async (context) => {
      const note = context.values.text('text')
      if (note === undefined) throw new UsageError('--text is missing.')
      annotate(context, { note }, (name) => `${name}: ${note || 'no note'}`)
    },
  },
  {
    name: 'runs rename',
    usage: 'ID --name TEXT',
    summary: 'Gives a run another name.',
    options: { name: { type: 'string' } },
    run: async (context) =>
      annotate(context, { name: context.values.required('name') }, (name) => name),
  },
  toggle('archive', 'Hides a run from the table unless archived ones are shown.', 'archived'),
  toggle('favourite', 'Marks a run as a favourite.', 'favourite'),
  {
    name: 'runs trash',
    usage: '[ID]',
    summary: 'Puts a run into the trash; nothing is deleted. Without an id, shows the trash.',
    options: {},
    run: async (context) => {
      const { runs } = context.studio()
      if (context.values.positionals.length > 0) {
        const run = runs.trash(runId(context))
        const undo = `\`ddad runs restore ${run.id}\` takes it back.`
        context.output.result({ run }, `${run.name} is in the trash. ${undo}`)
        return
      }
      const trashed = runs.trashed()
      const rows = trashed.map(({ id, name, trashedAt }) => [
        String(id),
        name,
        new Date(trashedAt ?? 0).toISOString(),
      ])
      const text = rows.length === 0 ? 'The trash is empty.' : table(['id', 'run', 'since'], rows)
      context.output.result(trashed, text)
    },
  },
  {
    name: 'runs restore',
    usage: 'ID',
    summary: 'Takes a run out of the trash.',
    options: {},
    run: async (context) => {
      const run = context.studio().runs.restore(runId(context))
      context.output.result({ run }, `${run.name} is back.`)
    },
  },
  {
    name: 'runs log',
    usage: 'ID [--limit N]',
    summary: 'Shows what happened to a run.',
    options: { limit: { type: 'string' } },
    run: async (context) => {
      const entries = context
        .studio()
        .runs.log(runId(context), context.values.number('limit') ?? 1000)
      const lines = entries.map(
        ({ at, level, text }) => `${new Date(at).toISOString()}  ${level.padEnd(7)}  ${text}`,
      )
      context.output.result(entries, lines.join('\n') || 'Nothing has been written yet.')
    },
  },
  {
    name: 'runs diff',
    usage: 'ID [OTHER]',
    summary: 'Says what changed in a run against another, or the one of its category before it.',
    options: {},
    run: async ({ values, output, studio }) => {
      const [first, second, third] = values.positionals
      if (first === undefined || third !== undefined)
        throw new UsageError('One or two runs are needed.')
      const id = toId(first, 'The run') as RunId
      const { runs } = studio()
      const other = second === undefined ? runs.previous(id) : (toId(second, 'The run') as RunId)
      if (other === null) {
        output.result(
          { before: null, after: id, differences: [] },
          'It is the first of its category.',
        )
        return
      }
      const differences = diffRuns(runs.record(other), runs.record(id))
      const rows = differences.map(({ group, label, before, after }) => [
        group,
        label,
        before ?? '–',
        after ?? '–',
      ])
      const text =
        rows.length === 0
          ? `Run ${id} and run ${other} differ in nothing.`
          : table(['', 'what', `run ${other}`, `run ${id}`], rows)
      output.result({ before: other, after: id, differences }, text)
    },
  },
]
