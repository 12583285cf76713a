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

/** The same pictures for each way, with what they would be. */
function ways(
  files: readonly string[],
  some: readonly (readonly [value: string, name: string, as: string])[],
): ReadingOption[] {
  return some.map(([value, name, as]) => ({
    value,
    name,
    counts: [[as, files.length]],
    examples: files.slice(0, EXAMPLES).map((path) => example({ path, masks: [] }, as)),
  }))
}

function placeQuestions({ reading }: Survey, { asked }: Placement): ReadingQuestion[] {
  const questions: ReadingQuestion[] = []
  if (asked.loose.length > 0) {
    questions.push({
      kind: 'loose',
      text: 'Images lie right beside folders of kinds: whether they are good is not said.',
      taken: reading.loose ?? 'left-out',
      options: ways(asked.loose, [
        ['left-out', 'Leave them out', 'left out'],
        ['good', 'They are good', 'good'],
        ['defect', 'They are defective', 'test, defect'],
      ]),
    })
  }
  if (asked.trained.length > 0) {
    questions.push({
      kind: 'trained',
      text: 'Defective images lie in the training folder, which learns from good ones.',
      taken: reading.trained ?? 'left-out',
      options: ways(asked.trained, [
        ['left-out', 'Leave them out', 'left out'],
        ['test', 'Test with them', 'test, by their folders'],
      ]),
    })
  }
  return questions
}

function contentQuestions(
  { reading }: Survey,
  placed: Placement,
  inspected: readonly Inspected[],
): ReadingQuestion[] {
  const questions: ReadingQuestion[] = []
  const found = placed.images.flatMap((image, place) => {
    const { contradicts = [], voids = [], facts } = inspected[place]!
    return [{ path: image.path, masks: image.masks, contradicts, voids, facts }]
  })
  const against = found.filter(({ contradicts }) => contradicts.length > 0)
  if (against.length > 0) {
    const option = (value: string, name: string, as: string): ReadingOption => ({
      value,
      name,
      counts: [[as, against.length]],
      examples: against
        .slice(0, EXAMPLES)
        .map(({ path, contradicts }) =>
          example({ path, masks: value === 'defect' ? contradicts : [] }, as),
        ),
    })
    questions.push({
      kind: 'contradiction',
      text: 'Images lie among the good ones and have a mask that marks something.',
      taken: reading.contradiction ?? 'good',
      options: [
        option('good', 'They are good; their masks do not count', 'good'),
        option('defect', 'They are defective, as their masks say', 'test, defect'),
        option('left-out', 'Leave images and masks out', 'left out'),
      ],
    })
  }
  const unclear = found.filter(({ voids }) => voids.length > 0)
  if (unclear.length > 0) {
    const option = (value: 'left-out' | 'defect', name: string, as: string): ReadingOption => ({
      value,
      name,
      counts: [[as, unclear.length]],
      examples: unclear
        .slice(0, EXAMPLES)
        .map(({ path, voids }) => example({ path, masks: voids }, as, { void: value })),
    })
    questions.push({
      kind: 'void',
      text: 'Masks have the value 255 beside class indices.',
      taken: reading.void ?? 'left-out',
      options: [
        option('left-out', 'It is void: nobody can tell, and it counts nowhere', 'masks with void'),
        option('defect', 'It is a defect like the others', 'masks'),
      ],
    })
  }
  const oriented = found.filter(({ facts }) => facts && facts.orientation > 1)
  if (oriented.length > 0) {
    const option = (value: 'no' | 'yes', name: string, as: string): ReadingOption => ({
      value,
      name,
      counts: [[as, oriented.length]],
      examples: oriented
        .slice(0, EXAMPLES)
        .map(({ path }) => example({ path, masks: [] }, as, { turned: value === 'yes' })),
    })
    questions.push({
      kind: 'turned',
      text: 'EXIF says that pictures are turned. Masks were made on one of the two.',
      taken: reading.turned ?? 'no',
      options: [
        option('no', 'Read them as they are stored', 'as stored'),
        option('yes', 'Turn them, with their masks', 'turned'),
      ],
    })
  }
  return questions
}
