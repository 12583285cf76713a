/** How a data set is read, changed after its import: split and value range, and near-duplicates across the split. */
import { rangeWords } from '../../../shared/datasets/sample-range.ts'
import { rangeSchema, splitRuleSchema } from '../../../shared/datasets/reading-schema.ts'
import { UsageError, type Command } from '../command.ts'
import { table } from '../output.ts'
import { onSignals } from '../signals.ts'

export const datasetsSplit: Command = {
  name: 'datasets split',
  usage: 'NAME|ID [--group PATTERN] [--share 0.2] [--seed 0] [--dry-run] | --undo',
  summary: 'Deals good images out to training and test, whole groups at a time.',
  details: `Defects stay test images, and runs keep the training images that they began with.
  --group    how file names name their group: part_{group}_*; left out: by folder
  --share    of the good images that are tested
  --seed     another one deals other groups out
  --dry-run  only say what would come of it
  --undo     gives every image the side again that its folder gives it

Images that come later go where their group is.`,
  options: {
    group: { type: 'string' },
    share: { type: 'string' },
    seed: { type: 'string' },
    'dry-run': { type: 'boolean' },
    undo: { type: 'boolean' },
  },
  run: async ({ values, output, studio }) => {
    const { datasets, readings } = studio()
    const dataset = datasets.find(values.positional('The data set'))
    if (values.flag('undo')) {
      const { categories } = await readings.undoSplit(dataset)
      output.result({ categories }, `${dataset.name} is split as its folder has it again.`)
      return
    }
    const wanted = {
      group: values.text('group') ?? '',
      share: values.number('share') ?? 0.2,
      seed: values.number('seed') ?? 0,
    }
    const parsed = splitRuleSchema.safeParse(wanted)
    if (!parsed.success) {
      const [issue] = parsed.error.issues
      throw new UsageError(`--${issue?.path.join('.')}: ${issue?.message}`)
    }
    const preview = readings.previewSplit(dataset, parsed.data)
    const dry = values.flag('dry-run')
    if (!dry) readings.setSplit(dataset, parsed.data)
    const rows = preview.some.map(({ name, count, split }) => [name, String(count), split])
    output.result(
      { rule: parsed.data, ...preview, stored: !dry },
      [
        `${preview.groups} groups: ${preview.train} good images for training, ${preview.test} for test` +
          (preview.unnamed > 0 ? `; ${preview.unnamed} names do not fit the pattern` : ''),
        table(['group', 'images', 'goes to'], rows),
        dry ? 'Nothing was stored.' : `${dataset.name} is split so from now on.`,
      ].join('\n'),
    )
  },
}

export const datasetsRange: Command = {
  name: 'datasets range',
  usage: 'NAME|ID (--low NUMBER --high NUMBER | --found)',
  summary: 'Sets which stored samples of more than 8 bits become black and white.',
  details: `Runs that were trained before have seen the other range; evaluations of before are marked.
  --found  as was found at the import`,
  options: { low: { type: 'string' }, high: { type: 'string' }, found: { type: 'boolean' } },
  run: async ({ values, output, studio }) => {
    const { datasets, readings } = studio()
    const dataset = datasets.find(values.positional('The data set'))
    const range = { low: values.number('low') ?? 0, high: values.number('high') }
    const parsed = rangeSchema.safeParse(range)
    if (!values.flag('found') && !parsed.success)
      throw new UsageError('Give --low and --high, white above black, or --found.')
    const taken = values.flag('found') ? null : (parsed.data ?? null)
    const { samples, name } = readings.setRange(dataset, taken)
    const words = samples ? `read from ${rangeWords(samples)}` : 'read by their upper 8 bits'
    output.result({ samples }, `Samples of more than 8 bits of ${name} are ${words} from now on.`)
  },
}

export const datasetsDuplicates: Command = {
  name: 'datasets duplicates',
  usage: 'NAME|ID',
  summary: 'Finds test images that look nearly like a training image.',
  details: 'By perceptual hashes, the nearest first. Every image is decoded.',
  options: {},
  run: async ({ values, output, studio }) => {
    const { datasets, readings } = studio()
    const dataset = datasets.find(values.positional('The data set'))
    const stop = () => readings.endSearch(dataset.id)
    const restore = onSignals({ stop, discard: stop })
    const found = await readings
      .nearDuplicates(dataset, (done, total) =>
        output.progress('Looking at images', { done, total, secondsPerStep: 0, secondsLeft: null }),
      )
      .finally(restore)
    const rows = found.pairs.map(({ test, train, distance }) => [
      test.path,
      train.path,
      String(distance),
    ])
    output.result(
      found,
      `${found.total} test images look nearly like a training image.` +
        (rows.length > 0 ? `\n${table(['test', 'training', 'differing bits of 256'], rows)}` : ''),
    )
  },
}
