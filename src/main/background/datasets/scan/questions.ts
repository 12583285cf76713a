/** What is asked about a folder that could be read in several ways, with what each way would come to. */
import { countCategories } from '../../../../shared/datasets/categories.ts'
import {
  countsOf,
  goodFolder,
  isLayout,
  type ReadingExample,
  type ReadingOption,
  type ReadingQuestion,
} from '../../../../shared/datasets/reading.ts'
import type { Inspected } from './inspect.ts'
import type { PlacedImage, Placement } from './layout.ts'
import type { Recognised } from './recognise.ts'
import type { Survey } from './survey.ts'

/** Pictures that an option is shown by. */
const EXAMPLES = 4

export function questionsOf(
  survey: Survey,
  recognised: Recognised,
  inspected: readonly Inspected[],
): ReadingQuestion[] {
  return [
    ...layoutQuestion(recognised),
    ...placeQuestions(survey, recognised.placed),
    ...contentQuestions(survey, recognised.placed, inspected),
  ]
}

function layoutQuestion({ possible, taken }: Recognised): ReadingQuestion[] {
  if (possible.length < 2) return []
  const options = possible.map(({ value, placed: { images } }): ReadingOption => ({
    value,
    name: layoutName(value),
    counts: countsOf(countCategories(images)),
    examples: spread(images).map((image) => example(image, wordsOf(image))),
  }))
  const text = possible.every(({ value }) => isLayout(value))
    ? 'The folder has parts of two layouts. By which one is it to be read?'
    : 'The names of folders do not say which images are good. How is the folder meant?'
  return [{ kind: 'layout', text, taken, options }]
}

function layoutName(value: string): string {
  const good = goodFolder(value)
  if (good !== null) return `${good} holds good images, the others defects`
  const names: Readonly<Record<string, string>> = {
    categories: 'Each folder is a category of good images',
    groups: 'All images are good ones of one category',
    names: 'The beginnings of file names are the kinds',
    plain: 'As a plain folder, without a split of its own',
    'mvtec-ad': 'Folders of training and test images',
  }
  return names[value] ?? value
}

const wordsOf = ({ split, defectType }: Pick<PlacedImage, 'split' | 'defectType'>): string =>
  `${split === 'train' ? 'training' : split}, ${defectType}`

const example = (
  { path, masks }: Pick<PlacedImage, 'path' | 'masks'>,
  as: string,
  more: Partial<ReadingExample> = {},
): ReadingExample => ({ image: path, masks, as, turned: false, void: 'left-out', ...more })

/** Some images of as many kinds as there are places for. */
function spread(images: readonly PlacedImage[]): PlacedImage[] {
  const kinds = [
    ...Map.groupBy(images, (image) => `${image.category} ${wordsOf(image)}`).values(),
  ].map((own) => [...own])
  const chosen: PlacedImage[] = []
  for (let i = 0; chosen.length < EXAMPLES && kinds.some((own) => own.length > i); i++) {
    chosen.push(...kinds.flatMap((own) => own[i] ?? []).slice(0, EXAMPLES - chosen.length))
  }
  return chosen
}

/** One way of a question: what stands for it, its name, and what the images would be. */
type Way = readonly [value: string, name: string, as: string, show?: Partial<ReadingExample>]

/**
 * Asks about some images; each way shows the same of them.
 * @param taken what is done where nobody answers, which is also the first way
 */
function ask(
  kind: ReadingQuestion['kind'],
  text: string,
  taken: string | undefined,
  images: readonly { readonly path: string; readonly masks?: readonly string[] }[],
  ways: readonly [Way, ...Way[]],
): ReadingQuestion[] {
  if (images.length === 0) return []
  const options = ways.map(([value, name, as, show]): ReadingOption => ({
    value,
    name,
    counts: [[as, images.length]],
    examples: images
      .slice(0, EXAMPLES)
      .map(({ path, masks = [] }) => example({ path, masks }, as, show)),
  }))
  return [{ kind, text, taken: taken ?? ways[0][0], options }]
}

function placeQuestions({ reading }: Survey, { asked }: Placement): ReadingQuestion[] {
  const named = (files: readonly string[]) => files.map((path) => ({ path }))
  return [
    ...ask(
      'loose',
      'Images lie right beside folders of kinds: whether they are good is not said.',
      reading.loose,
      named(asked.loose),
      [
        ['left-out', 'Leave them out', 'left out'],
        ['good', 'They are good', 'good'],
        ['defect', 'They are defective', 'test, defect'],
      ],
    ),
    ...ask(
      'trained',
      'Defective images lie in the training folder, which learns from good ones.',
      reading.trained,
      named(asked.trained),
      [
        ['left-out', 'Leave them out', 'left out'],
        ['test', 'Test with them', 'test, by their folders'],
      ],
    ),
  ]
}

function contentQuestions(
  { reading }: Survey,
  placed: Placement,
  inspected: readonly Inspected[],
): ReadingQuestion[] {
  const found = placed.images.map(({ path }, place) => ({ path, ...inspected[place]! }))
  const marked = (of: 'contradicts' | 'voids') =>
    found.flatMap(({ path, [of]: masks = [] }) => (masks.length > 0 ? [{ path, masks }] : []))
  return [
    ...ask(
      'contradiction',
      'Images lie among the good ones and have a mask that marks something.',
      reading.contradiction,
      marked('contradicts'),
      [
        ['good', 'They are good; their masks do not count', 'good', { masks: [] }],
        ['defect', 'They are defective, as their masks say', 'test, defect'],
        ['left-out', 'Leave images and masks out', 'left out', { masks: [] }],
      ],
    ),
    ...ask(
      'void',
      'Masks have the value 255 beside class indices.',
      reading.void,
      marked('voids'),
      [
        ['left-out', 'It is void: nobody can tell, and it counts nowhere', 'masks with void'],
        ['defect', 'It is a defect like the others', 'masks', { void: 'defect' }],
      ],
    ),
    ...ask(
      'turned',
      'EXIF says that pictures are turned. Masks were made on one of the two.',
      reading.turned,
      found.filter(({ facts }) => facts && facts.orientation > 1).map(({ path }) => ({ path })),
      [
        ['no', 'Read them as they are stored', 'as stored'],
        ['yes', 'Turn them, with their masks', 'turned', { turned: true }],
      ],
    ),
  ]
}
