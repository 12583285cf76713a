/** How a folder is to be read, as options of the command line. */
import type { ParseArgsOptionsConfig } from 'node:util'
import { flagOf, type Reading, type ReadingQuestion } from '../../shared/datasets/reading.ts'
import { readingSchema } from '../../shared/datasets/reading-schema.ts'
import { UsageError } from './command.ts'
import type { Values } from './values.ts'

export const readingOptions: ParseArgsOptionsConfig = {
  layout: { type: 'string', multiple: true },
  masks: { type: 'string', multiple: true },
  split: { type: 'string' },
  turned: { type: 'boolean' },
}

export const readingUsage = '[--layout CHOICE]… [--masks CHOICE]… [--split RULE] [--turned]'

export const readingDetails = `A folder that could be read in several ways is asked about; these options answer.
  --layout NAME             read it as this layout: mvtec-ad, plain …
  --layout good=FOLDER      that folder holds good images, those beside it are defects
  --layout categories       each folder is a category of good images
  --layout groups           all images are good ones of one category
  --layout names            file names begin with their kind: OK_001.png, NG_001.png
  --layout loose=good|defect|left-out    images right beside folders of kinds
  --layout trained=test|left-out         images of defects in a training folder
  --masks void=left-out|defect           255 beside class indices: counts nowhere, or a defect
  --masks contradiction=good|defect|left-out   good images whose mask marks something
  --split group=PATTERN,share=0.2,seed=0       whole groups of good images are tested; the
                            pattern names them in file names: part_{group}_*; empty: by folder
  --turned                  turn pictures and masks as EXIF says`

const layoutKeys = ['loose', 'trained']
const maskKeys = ['void', 'contradiction']

/** @throws UsageError when an option says nothing that can be chosen. */
export function readReading(values: Values): Reading {
  const reading: Record<string, unknown> = {}
  for (const text of values.list('layout')) {
    const [key = '', value] = splitOnce(text)
    if (value !== undefined && layoutKeys.includes(key)) reading[key] = value
    else reading['layout'] = text
  }
  for (const text of values.list('masks')) {
    const [key = '', value] = splitOnce(text)
    if (value === undefined || !maskKeys.includes(key)) {
      throw new UsageError(`--masks is ${maskKeys.join('=… or ')}=…, not ${text}.`)
    }
    reading[key] = value
  }
  const split = values.text('split')
  if (split !== undefined) reading['split'] = readSplit(split)
  if (values.flag('turned')) reading['turned'] = 'yes'
  const parsed = readingSchema.safeParse(reading)
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  throw new UsageError(`${issue?.path.join('.')}: ${issue?.message}.`)
}

const splitOnce = (text: string): [key: string, value: string | undefined] => {
  const at = text.indexOf('=')
  return at < 0 ? [text, undefined] : [text.slice(0, at), text.slice(at + 1)]
}

/** `group=part_{group}_*,share=0.2,seed=1`, in any order; what is left out is by folder, 0.2 and 0. */
export function readSplit(text: string): { group: string; share: number; seed: number } {
  const rule = { group: '', share: 0.2, seed: 0 }
  for (const part of text.split(',').filter(Boolean)) {
    const [key, value = ''] = splitOnce(part)
    if (key === 'group') rule.group = value
    else if ((key === 'share' || key === 'seed') && value.trim() !== '') rule[key] = Number(value)
    else throw new UsageError(`--split is group=PATTERN,share=0.2,seed=0, not ${text}.`)
  }
  return rule
}

/** Questions with what answers them. */
export function questionsText(questions: readonly ReadingQuestion[]): string[] {
  return questions.flatMap(({ kind, text, taken, options }) => [
    `${text}${taken === null ? ' One has to be chosen:' : ''}`,
    ...options.map(({ value, name, counts }) => {
      const some = counts.slice(0, 6).map(([as, count]) => `${as} ${count}`)
      const more = counts.length > some.length ? ', …' : ''
      const flag = flagOf(kind, value)
      return `  ${value === taken ? '*' : ' '} ${name} (${some.join(', ')}${more})${flag && `  ${flag}`}`
    }),
    '',
  ])
}
