/** Which layout a folder has, or which could be meant. */
import type { DatasetLayout } from '../../../../shared/datasets/dataset.ts'
import { goodFolder } from '../../../../shared/datasets/reading.ts'
import { DdadError } from '../../../../shared/errors.ts'
import { placement, type Layout, type Placement } from './layout.ts'
import { namesTellKinds, openFolders, placeFolders, topFolders } from './layouts/folders.ts'
import { dagm, kolektorSdd, kolektorSdd2 } from './layouts/by-mask.ts'
import { btad } from './layouts/btad.ts'
import { mtd } from './layouts/mtd.ts'
import { mvtec3d } from './layouts/mvtec-3d.ts'
import { mvtecAd2 } from './layouts/mvtec-ad-2.ts'
import { mvtecAd } from './layouts/mvtec-ad.ts'
import { mvtecLoco } from './layouts/mvtec-loco.ts'
import { plain } from './layouts/plain.ts'
import { realIad } from './layouts/real-iad.ts'
import { visa1cls } from './layouts/visa-1cls.ts'
import { visa } from './layouts/visa.ts'
import type { Survey } from './survey.ts'
import { imagesIn } from './tree-queries.ts'

/** The most specific first: several layouts contain what MVTec AD has. */
const layouts: readonly Layout[] = [
  mvtecAd2,
  mvtecLoco,
  mvtec3d,
  realIad,
  visa,
  visa1cls,
  btad,
  mtd,
  kolektorSdd2,
  kolektorSdd,
  dagm,
  mvtecAd,
  plain,
]

/** One of the ways in which a folder can be read. */
export interface PossibleReading {
  /** As a Reading has it. */
  readonly value: string
  readonly placed: Placement
}

export interface Recognised {
  readonly layout: DatasetLayout
  readonly placed: Placement
  /** What was chosen or is taken; null: nothing, so that no image was placed. */
  readonly taken: string | null
  /** More than one where the folder could be meant otherwise. */
  readonly possible: readonly PossibleReading[]
}

/** Readings that are offered. */
const OFFERED = 3

/**
 * Finds a folder's layout and where it places each image. What was chosen comes first; a folder that could be read in
 * several ways and has no layout of a known data set is not guessed.
 *
 * @throws DdadError NOT_A_DATASET saying what was looked for.
 */
export async function recognise(survey: Survey): Promise<Recognised> {
  const chosen = survey.reading.layout
  const found = await firstOf(survey, layouts)
  const possible = await possibleReadings(survey, found)
  if (chosen === undefined) {
    if (found && !isOpen(survey, possible)) return { ...found, taken: found.layout, possible }
    if (possible.length === 0) throw notRecognised(survey)
    return { layout: 'plain', placed: undecided(survey), taken: null, possible }
  }
  const layout = layouts.find((one) => one.layout === chosen)
  const placed = layout ? await layout.place(survey) : placeFolders(survey, chosen)
  if (placed) return { layout: layout?.layout ?? 'plain', placed, taken: chosen, possible }
  const { root } = survey.whole
  throw new DdadError(
    'NOT_A_DATASET',
    layout
      ? `${root} cannot be read as ${chosen}. Looked for:\n– ${layout.lookedFor}`
      : `${root} cannot be read as ${chosen}. A layout is one of ${layouts.map((one) => one.layout).join(', ')}; categories: each folder is one of good images; groups: all images are good; names: file names begin with their kind; good=FOLDER: that folder is good and those beside it are defects.`,
  )
}

/** Whether none of the readings is likelier than the others. */
function isOpen({ tree }: Survey, possible: readonly PossibleReading[]): boolean {
  const named = possible.some(({ value }) => value === 'names')
  return named || (possible.some(isGoodFolder) && imagesIn(tree, '').length === 0)
}

const isGoodFolder = ({ value }: PossibleReading): boolean => goodFolder(value) !== null

async function firstOf(survey: Survey, some: readonly Layout[]) {
  for (const candidate of some) {
    const placed = await candidate.place(survey)
    if (placed) return { layout: candidate.layout, placed }
  }
  return null
}

/** Layouts whose folders have names that anybody may give. */
const generic: readonly Layout[] = [mvtecAd, plain]

async function possibleReadings(
  survey: Survey,
  found: { layout: DatasetLayout; placed: Placement } | null,
): Promise<PossibleReading[]> {
  const readings = (values: readonly string[]) =>
    values.flatMap((value): PossibleReading[] => {
      const placed = placeFolders(survey, value)
      return placed ? [{ value, placed }] : []
    })
  if (found === null) {
    if (openFolders(survey).length === 0) return []
    return readings(folderWays(survey)).slice(0, OFFERED)
  }
  const own = { value: found.layout, placed: found.placed }
  const placed = new Set(found.placed.images.map(({ path }) => path))
  if (!generic.some(({ layout }) => layout === found.layout)) return []
  if (found.layout === 'plain') {
    // Images only: good ones as far as they are taken.
    const alike = found.placed.images.every(({ anomalous, masks }) => !anomalous && !masks.length)
    if (!alike) return []
    if (namesTellKinds(survey)) return [...readings(['names']), own]
    const all = openFolders(survey).flatMap((folder) => imagesIn(survey.tree, folder))
    if (all.every((file) => placed.has(file))) return []
    const ways = readings(folderWays(survey)).slice(0, OFFERED)
    return imagesIn(survey.tree, '').length === 0 ? ways : [own, ...ways].slice(0, OFFERED)
  }
  const other = await plain.place(survey)
  const more = other?.images.some(({ path }) => !placed.has(path))
  return other && more ? [own, { value: 'plain', placed: other }] : []
}

/** What folders whose names say nothing can be, the likeliest first. */
function folderWays(survey: Survey): string[] {
  const [fullest, other] = topFolders(survey)
  const good = fullest && other ? [`good=${fullest.name}`] : []
  const names = namesTellKinds(survey) ? ['names'] : []
  return [...names, ...good, 'categories', 'groups']
}

/** Nothing is placed until somebody says how. */
function undecided(survey: Survey): Placement {
  const why = 'it is not said which images are good'
  const files = openFolders(survey).flatMap((folder) => imagesIn(survey.tree, folder))
  return placement('The names of folders and files do not say which images are good.', [], {
    undecided: new Map(files.map((file) => [file, why])),
  })
}

function notRecognised({ whole: { root } }: Survey): DdadError {
  const lookedFor = layouts.map((layout) => `– ${layout.lookedFor}`).join('\n')
  return new DdadError(
    'NOT_A_DATASET',
    `${root} is not recognised as a data set. Looked for:\n${lookedFor}`,
  )
}
