import {
  causeNames,
  causes,
  labels,
  verdictNames,
  verdicts,
  type Review,
  type ReviewCounts,
} from '../../../shared/datasets/review.ts'
import type { ReviewPatch } from '../../../shared/ipc/routes/reviews.ts'
import { UsageError, type Command } from '../command.ts'
import { table } from '../output.ts'
import type { Values } from '../values.ts'

const VERDICTS = verdicts.join('|')

function oneOf<Name extends string>(names: readonly Name[], text: string, what: string): Name {
  const found = names.find((name) => name === text)
  if (found) return found
  throw new UsageError(`${what} must be one of ${names.join(', ')}, not ${text}.`)
}

function countsText({ verdicts: ofVerdicts, causes: ofCauses }: ReviewCounts): string {
  const rows = ofVerdicts.map(({ category, defectType, value, count }) => [
    category,
    defectType,
    verdictNames[value],
    String(count),
  ])
  const causeRows = ofCauses.map(({ category, defectType, value, count }) => [
    category,
    defectType,
    causeNames[value],
    String(count),
  ])
  const header = ['category', 'type', 'verdict', 'images']
  const lists = [table(header, rows)]
  if (causeRows.length > 0) {
    lists.push(table(['category', 'type', 'cause', 'images'], causeRows))
  }
  return lists.join('\n\n')
}

export const reviewsList: Command = {
  name: 'reviews list',
  usage: `DATASET [--category NAME] [--verdict ${VERDICTS}]`,
  summary: 'Counts verdicts and causes, and lists every image that has a verdict.',
  options: { category: { type: 'string' }, verdict: { type: 'string' } },
  run: async ({ values, output, studio }) => {
    const { datasets, reviews } = studio()
    const dataset = datasets.find(values.positional('The data set'))
    const category = values.text('category')
    const verdict = values.text('verdict')
    const wanted = verdict === undefined ? undefined : oneOf(verdicts, verdict, '--verdict')
    const counts = reviews.counts(dataset.id, category)
    const listed = reviews
      .ofDataset(dataset.id)
      .filter((entry) => category === undefined || entry.category === category)
      .filter((entry) => wanted === undefined || entry.review.verdict === wanted)
    const rows = listed.map(({ path, review }) => [
      path,
      verdictNames[review.verdict],
      review.label ?? '',
      review.causes.map((cause) => causeNames[cause]).join(', '),
      review.note,
    ])
    const text = rows.length === 0 ? 'No image has a verdict.' : table(header, rows)
    output.result({ ...counts, images: listed }, `${countsText(counts)}\n\n${text}`)
  },
}
const header = ['image', 'verdict', 'label', 'causes', 'note']

export const reviewsSet: Command = {
  name: 'reviews set',
  usage: `DATASET IMAGE… [--verdict ${VERDICTS}] [--label ${labels.join('|')}] [--cause NAME]… [--note TEXT]`,
  summary: 'Gives images a verdict, a corrected label, causes or a note.',
  details: `An image is its path below the data set's folder. Causes: ${causes.join(', ')}.`,
  options: {
    verdict: { type: 'string' },
    label: { type: 'string' },
    cause: { type: 'string', multiple: true },
    note: { type: 'string' },
  },
  run: async ({ values, output, studio }) => {
    const [reference, ...paths] = values.positionals
    if (reference === undefined) throw new UsageError('The data set is missing.')
    if (paths.length === 0) throw new UsageError('The image is missing.')
    const patch = patchOf(values)
    const { datasets, reviews } = studio()
    const dataset = datasets.find(reference)
    const ids = paths.map((path) => datasets.imageAt(dataset, path).id)
    reviews.set(ids, patch)
    const current: readonly Review[] = reviews.current(ids)
    output.result(current, `Set ${ids.length === 1 ? '1 image' : `${ids.length} images`}.`)
  },
}

function patchOf(values: Values): ReviewPatch {
  const verdict = values.text('verdict')
  const label = values.text('label')
  const tags = values.list('cause')
  const note = values.text('note')
  const patch: ReviewPatch = {
    ...(verdict !== undefined && { verdict: oneOf(verdicts, verdict, '--verdict') }),
    ...(label !== undefined && { label: oneOf(labels, label, '--label') }),
    ...(tags.length > 0 && { causes: tags.map((tag) => oneOf(causes, tag, '--cause')) }),
    ...(note !== undefined && { note }),
  }
  if (Object.keys(patch).length === 0) {
    throw new UsageError('Give --verdict, --label, --cause or --note.')
  }
  return patch
}
