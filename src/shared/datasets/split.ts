/** Splits by group: all images of a part, a tile, a lot are on one side. */
import { Random } from '../random.ts'
import type { SplitRule } from './reading.ts'
import type { Split } from './dataset.ts'

const MARK = '{group}'

/**
 * Tells the group of a file by a pattern: `*` stands for anything, `{group}` for the group's name, as in
 * `part_{group}_*`. A pattern without a slash is one of file names, otherwise of the end of the path; endings may be
 * left out. Null where the name does not fit.
 */
export function groupNamer(pattern: string): (path: string) => string | null {
  const inFolders = pattern.includes('/')
  const literal = (text: string) =>
    text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&').replaceAll('\\*', '[^/]*')
  const [before = '', ...after] = pattern.split(MARK)
  if (after.length === 0) return () => null
  const named = after.map((text, i) => (i === 0 ? '([^/]+?)' : '[^/]+?') + literal(text)).join('')
  const fits = new RegExp(`(?:^|/)${literal(before)}${named}(?:\\.[^./]*)?$`, 'iu')
  return (path) => fits.exec(inFolders ? path : path.slice(path.lastIndexOf('/') + 1))?.[1] ?? null
}

interface Grouped {
  readonly category: string
  readonly split: Split
  readonly anomalous: boolean
  readonly path: string
}

/** The folders between that of a kind and the file, as far as its path tells: its own folder. */
const folderOf = (path: string): string => path.slice(0, Math.max(0, path.lastIndexOf('/')))

/**
 * The split of each image under a rule. Nominal images of training and test are dealt out anew, category by category:
 * groups in a seeded order go to the test until they hold the share of the images. A file whose name does not fit
 * is a group of its own. Everything else stays what it is.
 */
export function splitByGroup<Image extends Grouped>(
  images: readonly Image[],
  { group: pattern, share, seed }: SplitRule,
): Image[] {
  const nameOf = pattern === '' ? folderOf : groupNamer(pattern)
  const dealt = images.filter(({ anomalous, split }) => !anomalous && split !== 'validation')
  const tested = new Set<Image>()
  for (const [, own] of Map.groupBy(dealt, ({ category }) => category)) {
    const groups = [...Map.groupBy(own, ({ path }) => nameOf(path) ?? `\0${path}`)]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([, members]) => members)
    const random = new Random(seed, 0x5917)
    const wanted = share * own.length
    let taken = 0
    while (groups.length > 1 && taken < wanted) {
      const [next] = groups.splice(random.integer(groups.length), 1)
      for (const image of next!) tested.add(image)
      taken += next!.length
    }
  }
  const all = new Set<Image>(dealt)
  return images.map((image) =>
    all.has(image) ? { ...image, split: tested.has(image) ? 'test' : 'train' } : image,
  )
}

/**
 * The split of images that come to others after a rule was set: nominal ones go where their group is, and new groups
 * to whichever side keeps the share of the test images. Everything else stays what it is.
 */
export function splitLike<Image extends Grouped>(
  recorded: readonly Grouped[],
  added: readonly Image[],
  { group: pattern, share, seed }: SplitRule,
): Image[] {
  const nameOf = pattern === '' ? folderOf : groupNamer(pattern)
  const dealt = ({ anomalous, split }: Grouped) => !anomalous && split !== 'validation'
  const keyOf = ({ category, path }: Grouped) =>
    JSON.stringify([category, nameOf(path) ?? `\0${path}`])
  const sides = new Map(recorded.filter(dealt).map((image) => [keyOf(image), image.split]))
  const counts = Map.groupBy(recorded.filter(dealt), ({ category }) => category)
  const placed = new Map<Image, Split>()
  for (const [category, own] of Map.groupBy(added.filter(dealt), (image) => image.category)) {
    const before = counts.get(category) ?? []
    let [all, tested] = [before.length, before.filter(({ split }) => split === 'test').length]
    const groups = [...Map.groupBy(own, keyOf)].sort(([a], [b]) => (a < b ? -1 : 1))
    const random = new Random(seed, 0x5917)
    while (groups.length > 0) {
      const [[key, members]] = groups.splice(random.integer(groups.length), 1) as [
        [string, Image[]],
      ]
      all += members.length
      const side = sides.get(key) ?? (tested < share * all ? 'test' : 'train')
      if (side === 'test') tested += members.length
      for (const image of members) placed.set(image, side)
    }
  }
  return added.map((image) => ({ ...image, split: placed.get(image) ?? image.split }))
}

/** A group with how many nominal images it has, for a preview. */
export interface SplitPreview {
  readonly groups: number
  readonly train: number
  readonly test: number
  /** The largest groups first. */
  readonly some: readonly { readonly name: string; readonly count: number; readonly split: Split }[]
  /** Files whose names do not fit the pattern. */
  readonly unnamed: number
}

const SHOWN = 8

export function previewSplit(images: readonly Grouped[], rule: SplitRule): SplitPreview {
  const nameOf = rule.group === '' ? folderOf : groupNamer(rule.group)
  const dealt = splitByGroup(images, rule).filter(
    ({ anomalous, split }) => !anomalous && split !== 'validation',
  )
  const named = dealt.filter(({ path }) => nameOf(path) !== null)
  const groups = [
    ...Map.groupBy(named, ({ category, path }) => JSON.stringify([category, nameOf(path)])),
  ].map(([key, own]) => {
    const [, name] = JSON.parse(key) as [string, string]
    return { name, count: own.length, split: own[0]!.split }
  })
  const count = (split: Split) => dealt.filter((image) => image.split === split).length
  return {
    groups: groups.length,
    train: count('train'),
    test: count('test'),
    some: groups.sort((a, b) => b.count - a.count || (a.name < b.name ? -1 : 1)).slice(0, SHOWN),
    unnamed: dealt.length - named.length,
  }
}
