/** How a data set's folder is read where it could be read in several ways: what a user has chosen, kept with it. */
import { datasetLayouts, type Category, type DatasetLayout } from './dataset.ts'
import type { SampleRange } from './sample-range.ts'

/** A part of the nominal images that goes to the test images, a whole group at a time. */
export interface SplitRule {
  /** Of file names, see groupNamer; empty: by folder. */
  readonly group: string
  /** Of the images that are tested, 0 … 1. */
  readonly share: number
  readonly seed: number
}

/** What was chosen; absent: not asked, or as proposed. */
export interface Reading {
  /** A layout by name, or what folders without names of kinds are: see {@link folderReadings}. */
  readonly layout?: string | undefined
  /** Images right in a test folder, or beside folders of kinds. */
  readonly loose?: 'left-out' | 'good' | 'defect' | undefined
  /** Images of defects in a training folder. */
  readonly trained?: 'left-out' | 'test' | undefined
  /** Good images whose mask marks something. */
  readonly contradiction?: 'good' | 'defect' | 'left-out' | undefined
  /** The value 255 beside class indices. */
  readonly void?: 'left-out' | 'defect' | undefined
  /** Pictures and masks are turned as EXIF says. */
  readonly turned?: 'no' | 'yes' | undefined
  readonly split?: SplitRule | undefined
  /** Samples that become black and white, in the place of those that were found. */
  readonly samples?: SampleRange | undefined
}

/** What can be asked about a folder, in the order in which it is. */
export const questionKinds = [
  'layout',
  'loose',
  'trained',
  'contradiction',
  'void',
  'turned',
] as const
export type QuestionKind = (typeof questionKinds)[number]

/** A picture as it would be read. Files are relative to the data set's folder. */
export interface ReadingExample {
  /** By which the window asks for its picture; see addresses. */
  readonly id?: number
  readonly image: string
  readonly masks: readonly string[]
  /** What it would be. */
  readonly as: string
  readonly turned: boolean
  readonly void: 'left-out' | 'defect'
}

export interface ReadingOption {
  /** As it is kept in a {@link Reading}. */
  readonly value: string
  readonly name: string
  /** Files by what they would be. */
  readonly counts: readonly (readonly [as: string, count: number])[]
  /** Four at most. */
  readonly examples: readonly ReadingExample[]
}

/** What could be read in several ways. */
export interface ReadingQuestion {
  readonly kind: QuestionKind
  readonly text: string
  /** What is taken: as was chosen, or unless another is chosen; null: nothing is read until one is. */
  readonly taken: string | null
  readonly options: readonly ReadingOption[]
}

/** What is read by, as far as it was asked. */
export const takenOf = (questions: readonly ReadingQuestion[]): Reading =>
  Object.fromEntries(
    questions.flatMap(({ kind, taken }) => (taken === null ? [] : [[kind, taken]])),
  )

/** What folders without a name that says good can be; `good=NAME` says which one is. */
export const folderReadings = ['categories', 'groups'] as const
export const goodFolder = (layout: string): string | null =>
  layout.startsWith('good=') ? layout.slice('good='.length) : null

export const isLayout = (name: string): name is DatasetLayout =>
  (datasetLayouts as readonly string[]).includes(name)

/** The option of the command line that answers a question. */
export function flagOf(kind: QuestionKind, value: string): string {
  if (kind === 'turned') return value === 'yes' ? '--turned' : ''
  if (kind === 'layout') return `--layout ${value}`
  return `--${kind === 'void' || kind === 'contradiction' ? 'masks' : 'layout'} ${kind}=${value}`
}

/** Counts of categories as a small table has them: what images are, and how many. */
export function countsOf(categories: readonly Category[]): [as: string, count: number][] {
  const several = categories.length > 1
  return categories.flatMap(({ name, nominalTrain, nominalValidation, nominalTest, defects }) => {
    const own: [string, number][] = [
      ['training, good', nominalTrain],
      ['validation, good', nominalValidation],
      ['test, good', nominalTest],
      ...Object.entries(defects).map(([kind, count]): [string, number] => [`test, ${kind}`, count]),
    ]
    return own
      .filter(([, count]) => count > 0)
      .map(([as, count]): [string, number] => [several ? `${name}: ${as}` : as, count])
  })
}
