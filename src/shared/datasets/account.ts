/** What became of every file below a data set's folder. */

/** `undecidable`: it could be read in several ways, so that none was taken. */
export const fileUses = ['image', 'mask', 'list', 'left-out', 'undecidable'] as const
export type FileUse = (typeof fileUses)[number]

export interface AccountedFile {
  /** Relative to the folder, forward slashes. */
  readonly path: string
  readonly use: FileUse
  /** Used: as what; otherwise why not. The same words for all files of a kind. */
  readonly as: string
}

/** Files of one use and reason. */
export interface AccountGroup {
  readonly use: FileUse
  readonly as: string
  readonly count: number
  /** Some of their paths. */
  readonly examples: readonly string[]
}

export interface FileAccount {
  /** Number of files below the folder; the sum of the groups' counts. */
  readonly total: number
  readonly groups: readonly AccountGroup[]
}

/** Paths that a group names. */
const EXAMPLES = 8

/** Files by use and reason, in the order of {@link fileUses} and then of their numbers. */
export function summarise(files: readonly AccountedFile[]): FileAccount {
  const groups = Map.groupBy(files, ({ use, as }) => `${use} ${as}`)
  const counted = [...groups.values()].map((group): AccountGroup => ({
    use: group[0]!.use,
    as: group[0]!.as,
    count: group.length,
    examples: group.slice(0, EXAMPLES).map(({ path }) => path),
  }))
  const rank = ({ use }: AccountGroup) => fileUses.indexOf(use)
  counted.sort((a, b) => rank(a) - rank(b) || b.count - a.count)
  return { total: files.length, groups: counted }
}
