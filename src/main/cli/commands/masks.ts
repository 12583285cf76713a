import {
  maskExportKinds,
  maskReasonTexts,
  type MaskExportKind,
  type MaskReason,
  type MaskVersion,
} from '../../../shared/masks/mask-version.ts'
import { UsageError, type Command } from '../command.ts'
import { exporting } from '../exporting.ts'
import { table } from '../output.ts'

const when = (time: number) => new Date(time).toISOString().slice(0, 16).replace('T', ' ')

function versionRow({ version, author, reason, note, createdAt, stats }: MaskVersion): string[] {
  const text = maskReasonTexts[reason as MaskReason] ?? reason
  const counts = stats
    ? [`+${stats.added}`, `-${stats.removed}`, String(stats.changed)]
    : ['', '', '']
  return [String(version), when(createdAt), author, ...counts, note ? `${text}: ${note}` : text]
}

export const masksList: Command = {
  name: 'masks list',
  usage: 'DATASET [--image PATH]',
  summary: 'Lists the corrected masks of a data set, or the versions of one.',
  options: { image: { type: 'string' } },
  run: async ({ values, output, studio }) => {
    const dataset = studio().datasets.find(values.positional('The data set'))
    const path = values.text('image')
    const chosen =
      path === undefined
        ? [...studio().datasets.images(dataset)].filter(
            ({ maskStatus }) => maskStatus === 'corrected',
          )
        : [studio().datasets.imageAt(dataset, path)]
    const list = chosen.map(({ id, path: name }) => ({
      image: name,
      versions: studio().masks.versions(id),
    }))
    const header = ['version', 'time (UTC)', 'author', 'added', 'removed', 'changed', 'reason']
    const texts = list.map(
      ({ image, versions }) => `${image}\n${table(header, versions.map(versionRow))}`,
    )
    output.result(list, texts.length === 0 ? 'No mask was corrected.' : texts.join('\n\n'))
  },
}

export const masksRevert: Command = {
  name: 'masks revert',
  usage: 'DATASET --image PATH --to VERSION [--author NAME] [--note TEXT]',
  summary: 'Makes an earlier version of a mask the newest one. Nothing is lost.',
  options: {
    image: { type: 'string' },
    to: { type: 'string' },
    author: { type: 'string' },
    note: { type: 'string' },
  },
  run: async ({ values, output, studio }) => {
    const dataset = studio().datasets.find(values.positional('The data set'))
    const { masks } = studio()
    const image = studio().datasets.imageAt(dataset, values.required('image'))
    const number = Number(values.required('to'))
    const version = masks.versions(image.id).find((entry) => entry.version === number)
    if (!version) throw new UsageError(`${image.path} has no version ${values.required('to')}.`)
    const change = {
      author: values.text('author') ?? masks.author(),
      note: values.text('note') ?? '',
    }
    const saved = await masks.revert(version.id, change)
    output.result(saved, `Version ${saved.version} of ${image.path} is version ${number} again.`)
  },
}

export const masksExport: Command = {
  name: 'masks export',
  usage: 'DATASET --to DIR [--what corrected|all|copy]',
  summary: "Writes masks in the data set's own convention, or a corrected copy of the data set.",
  options: { to: { type: 'string' }, what: { type: 'string' } },
  details: `DIR must be new or empty and outside the data set.
  corrected  only masks that were corrected (the default)
  all        every mask; those that nobody edited are copied byte by byte
  copy       the whole data set with the corrected masks in their places`,
  run: async ({ values, output, studio }) => {
    const dataset = studio().datasets.find(values.positional('The data set'))
    const what = values.text('what') ?? 'corrected'
    if (!isKind(what)) throw new UsageError(`--what must be corrected, all or copy, not ${what}.`)
    const result = await exporting(output, 'Exporting', (context) =>
      studio().maskExport.write(dataset, values.required('to'), what, context),
    )
    for (const { message } of [...result.skipped, ...result.notes]) output.say(message)
    output.result(
      result,
      `${result.corrected} corrected masks written and ${result.copied} files copied to ${result.folder}`,
    )
  },
}

function isKind(what: string): what is MaskExportKind {
  return (maskExportKinds as readonly string[]).includes(what)
}
