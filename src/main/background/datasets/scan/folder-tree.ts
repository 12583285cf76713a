import type { Dirent, Stats } from 'node:fs'
import { readdir, realpath, stat } from 'node:fs/promises'
import path from 'node:path'
import type { ImportProblem } from '../../../../shared/datasets/dataset.ts'
import { DdadError, reasonOf } from '../../../../shared/errors.ts'
import { isSystemName } from './folder-names.ts'

export interface FileEntry {
  readonly bytes: number
  readonly modifiedAt: number
  /** Where it really is, relative to the root: the same for a file that a link leads to. */
  readonly real: string
}

/** Paths of what lies directly in a folder, in code-unit order. */
export interface FolderContent {
  readonly files: readonly string[]
  readonly folders: readonly string[]
}

/** Everything below a folder, by paths relative to it with forward slashes, in code-unit order. */
export interface FolderTree {
  /** The folder's own name. */
  readonly name: string
  readonly root: string
  readonly files: ReadonlyMap<string, FileEntry>
  /** What lies directly in each folder; the root's path is empty. */
  readonly folders: ReadonlyMap<string, FolderContent>
  /** Files that are not looked at, and why: of the system, too deep, or behind a link that leads out. */
  readonly passedOver: ReadonlyMap<string, string>
  readonly problems: readonly ImportProblem[]
}

/** Deeper folders than any known layout has are counted and not looked into. */
const MAX_DEPTH = 10
/** Where counting ends too: no file system that people use goes deeper. */
const DEEPEST = 200

const HIDDEN = 'a hidden file or one of the system'

/**
 * Lists a folder. Links are followed as long as they stay below it; loops, links that lead out, and what may
 * not be read are reported and left out.
 *
 * @throws DdadError NOT_FOUND when the folder is missing, CANCELLED when the signal is aborted.
 */
export async function readFolderTree(root: string, signal?: AbortSignal): Promise<FolderTree> {
  const realRoot = await realpath(root).catch((cause: unknown) => {
    throw new DdadError('NOT_FOUND', `${root} is missing or may not be opened.`, { cause })
  })
  const files = new Map<string, FileEntry>()
  const folders = new Map<string, { files: string[]; folders: string[] }>()
  const passedOver = new Map<string, string>()
  const problems: ImportProblem[] = []

  async function list(folder: string): Promise<Dirent[]> {
    if (signal?.aborted)
      throw new DdadError('CANCELLED', 'Looking through the folder was cancelled.')
    const entries = await readdir(path.join(realRoot, folder), { withFileTypes: true }).catch(
      (error: Error) => {
        problems.push({
          kind: 'permission',
          path: folder,
          message: `Not listed: ${reasonOf(error)}.`,
        })
        return []
      },
    )
    return entries.sort(byName)
  }

  async function visit(folder: string, ancestors: readonly string[]): Promise<void> {
    const content = { files: [], folders: [] }
    folders.set(folder, content)
    const entries = await list(folder)
    for (const entry of entries.filter(({ name }) => isSystemName(name))) {
      await passOver(within(folder, entry.name), entry, HIDDEN, 0)
    }
    const shown = entries.filter(({ name }) => !isSystemName(name))
    const place = ancestors.at(-1)!
    const found = await Promise.all(shown.map((entry) => look(place, entry).catch(asError)))
    for (const [index, entry] of shown.entries()) {
      const relative = within(folder, entry.name)
      const seen = found[index]!
      if (seen instanceof Error) {
        problems.push(describe(relative, seen))
        passedOver.set(relative, 'a link that leads nowhere, or not readable')
      } else await enter(relative, entry, seen, ancestors, content)
    }
  }

  /** Counts what is not looked at; links in it are not followed. */
  async function passOver(
    relative: string,
    entry: Dirent,
    why: string,
    depth: number,
  ): Promise<void> {
    if (!entry.isDirectory()) passedOver.set(relative, why)
    else if (depth < DEEPEST) {
      for (const child of await list(relative)) {
        await passOver(within(relative, child.name), child, why, depth + 1)
      }
    }
  }

  async function enter(
    relative: string,
    entry: Dirent,
    { real, stats }: Looked,
    ancestors: readonly string[],
    parent: { files: string[]; folders: string[] },
  ): Promise<void> {
    if (!isInside(realRoot, real)) {
      const message = `Leads out of the folder, to ${real}; it was left out.`
      problems.push({ kind: 'outside-root', path: relative, message })
      if (stats.isFile()) passedOver.set(relative, 'a link that leads out of the folder')
      return
    }
    if (stats.isFile()) {
      parent.files.push(relative)
      files.set(relative, {
        bytes: stats.size,
        modifiedAt: Math.trunc(stats.mtimeMs),
        real: path.relative(realRoot, real).replaceAll(path.sep, '/'),
      })
    } else if (!stats.isDirectory()) passedOver.set(relative, 'a pipe or a device')
    else if (ancestors.includes(real)) {
      const message = 'A link to a folder that contains it; it was left out.'
      problems.push({ kind: 'link-loop', path: relative, message })
    } else if (ancestors.length < MAX_DEPTH) {
      parent.folders.push(relative)
      await visit(relative, [...ancestors, real])
    } else if (entry.isDirectory()) {
      await passOver(relative, entry, `deeper than ${MAX_DEPTH} folders`, 0)
    }
  }

  if (!(await stat(realRoot)).isDirectory()) {
    throw new DdadError('NOT_A_DATASET', `${root} is a file. Choose the folder of a data set.`)
  }
  await visit('', [realRoot])
  return { name: path.basename(realRoot), root: realRoot, files, folders, passedOver, problems }
}

interface Looked {
  /** Where it really is. */
  readonly real: string
  readonly stats: Stats
}

/** Looks at what lies in a folder; only links can be elsewhere than they seem. */
async function look(folder: string, entry: Dirent): Promise<Looked> {
  const file = path.join(folder, entry.name)
  const real = entry.isFile() || entry.isDirectory() ? file : await realpath(file)
  return { real, stats: await stat(real) }
}

const within = (folder: string, name: string): string =>
  folder === '' ? name : `${folder}/${name}`

const byName = (a: Dirent, b: Dirent): number => (a.name < b.name ? -1 : Number(a.name > b.name))

const asError = (error: unknown): NodeJS.ErrnoException => error as NodeJS.ErrnoException

function isInside(root: string, file: string): boolean {
  const relative = path.relative(root, file)
  return relative !== '..' && !relative.startsWith(`..${path.sep}`) && !path.isAbsolute(relative)
}

function describe(relative: string, error: NodeJS.ErrnoException): ImportProblem {
  if (error.code === 'ELOOP') {
    return { kind: 'link-loop', path: relative, message: 'A link that leads to itself.' }
  }
  if (error.code === 'ENOENT') {
    return {
      kind: 'unreadable-image',
      path: relative,
      message: 'A link to nothing, or just removed.',
    }
  }
  return { kind: 'permission', path: relative, message: `Not readable: ${reasonOf(error)}.` }
}
