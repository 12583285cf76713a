import type { Dirent, Stats } from 'node:fs'
import { readdir, realpath, stat } from 'node:fs/promises'
import path from 'node:path'
import type { ImportProblem } from '../../../../shared/datasets/dataset.ts'
import { DdadError } from '../../../../shared/errors.ts'

export interface FileEntry {
  readonly bytes: number
  readonly modifiedAt: number
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
  readonly problems: readonly ImportProblem[]
}

/** Deeper folders than any known layout has are not searched. */
const MAX_DEPTH = 10

const ignored = /^(\.|__MACOSX$|Thumbs\.db$|desktop\.ini$)/i

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
  const problems: ImportProblem[] = []

  async function visit(folder: string, ancestors: readonly string[]): Promise<void> {
    const content = { files: [], folders: [] }
    folders.set(folder, content)
    if (signal?.aborted)
      throw new DdadError('CANCELLED', 'Looking through the folder was cancelled.')
    const place = path.join(realRoot, folder)
    const entries = await readdir(place, { withFileTypes: true }).catch((error: Error) => {
      problems.push({ kind: 'permission', path: folder, message: `Not listed: ${error.message}` })
      return []
    })
    const shown = entries.filter(({ name }) => !ignored.test(name)).sort(byName)
    const found = await Promise.all(shown.map((entry) => look(place, entry).catch(asError)))
    for (const [index, { name }] of shown.entries()) {
      const relative = folder === '' ? name : `${folder}/${name}`
      const entry = found[index]!
      if (entry instanceof Error) problems.push(describe(relative, entry))
      else await enter(relative, entry, ancestors, content)
    }
  }

  async function enter(
    relative: string,
    { real, stats }: Looked,
    ancestors: readonly string[],
    parent: { files: string[]; folders: string[] },
  ): Promise<void> {
    if (!isInside(realRoot, real)) {
      const message = `Leads out of the folder, to ${real}; it was left out.`
      problems.push({ kind: 'outside-root', path: relative, message })
      return
    }
    if (stats.isFile()) {
      parent.files.push(relative)
      files.set(relative, { bytes: stats.size, modifiedAt: Math.trunc(stats.mtimeMs) })
    } else if (stats.isDirectory()) {
      if (ancestors.includes(real)) {
        const message = 'A link to a folder that contains it; it was left out.'
        problems.push({ kind: 'link-loop', path: relative, message })
      } else if (ancestors.length < MAX_DEPTH) {
        parent.folders.push(relative)
        await visit(relative, [...ancestors, real])
      }
    }
  }

  if (!(await stat(realRoot)).isDirectory()) {
    throw new DdadError('NOT_A_DATASET', `${root} is a file. Choose the folder of a data set.`)
  }
  await visit('', [realRoot])
  return { name: path.basename(realRoot), root: realRoot, files, folders, problems }
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
  return { kind: 'permission', path: relative, message: `Not readable: ${error.message}` }
}
