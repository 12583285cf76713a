/** Where a data set's files are in another folder. Nothing is written. */
import path from 'node:path'
import type { FileMatch, RecordedFile } from '../../../../shared/processes/background.ts'
import { readInput, sha256 } from '../../../files/files.ts'
import { inParallel, type WorkOptions } from '../../../files/in-parallel.ts'
import { readFolderTree, type FolderTree } from '../scan/folder-tree.ts'
import { checkFile } from './check-files.ts'
import { within } from '../../../files/within.ts'

const CANCELLED = 'Looking for the files was cancelled; nothing was stored.'

/**
 * Finds recorded files below `root`: at the same relative path with the same content, then anywhere by content,
 * then at the same path with another content. When the folder that was moved lies deeper, paths count from there.
 *
 * @returns For each file where it is and what it holds, or null.
 * @throws DdadError NOT_FOUND when the folder is missing; CANCELLED when the signal is aborted.
 */
export async function matchFiles(
  root: string,
  files: readonly RecordedFile[],
  options: WorkOptions = {},
): Promise<FileMatch> {
  const tree = await readFolderTree(root, options.signal)
  const prefix = commonPrefix(tree, files)
  const at = (file: string) => prefix + file
  const compared = await inParallel(files, options, CANCELLED, async (file) =>
    tree.files.has(at(file.path)) ? checkFile(path.join(tree.root, prefix), file, false) : 'absent',
  )
  const matched = files.map((file, i): RecordedFile | null => {
    const found = compared[i]!
    if (found === null) return file
    if (found === 'absent' || found.kind !== 'touched') return null
    return { ...file, bytes: found.bytes, modifiedAt: found.modifiedAt }
  })
  const claimed = new Set(matched.flatMap((file) => (file ? [at(file.path)] : [])))
  await matchByContent(tree, prefix, files, matched, claimed, options)
  const changed = files.map((file, i): RecordedFile | null => {
    const found = compared[i]!
    if (matched[i] || found === null || found === 'absent' || claimed.has(at(file.path)))
      return null
    const { bytes, modifiedAt, sha256: hash } = found
    return hash === null ? null : { ...file, bytes, modifiedAt, sha256: hash }
  })
  return {
    root: path.resolve(tree.root, prefix),
    files: matched.map((file, i) => file ?? changed[i]!),
  }
}

/** Reads files of the right sizes that nothing has claimed, and hands them out by content. */
async function matchByContent(
  tree: FolderTree,
  prefix: string,
  files: readonly RecordedFile[],
  matched: (RecordedFile | null)[],
  claimed: Set<string>,
  { signal }: WorkOptions,
): Promise<void> {
  const lost = [...files.keys()].filter((i) => !matched[i])
  const sizes = new Set(lost.map((i) => files[i]!.bytes))
  const candidates = [...tree.files].filter(
    ([file, { bytes }]) => file.startsWith(prefix) && !claimed.has(file) && sizes.has(bytes),
  )
  if (lost.length === 0 || candidates.length === 0) return
  const options = signal ? { signal } : {}
  const hashes = await inParallel(candidates, options, CANCELLED, async ([file]) =>
    readInput(within(tree.root, file)).then(sha256, () => null),
  )
  const byHash = Map.groupBy(
    candidates.map(([file, entry], i) => ({ file, ...entry, hash: hashes[i]! })),
    ({ hash }) => hash,
  )
  for (const i of lost) {
    const twins = byHash.get(files[i]!.sha256) ?? []
    const name = path.posix.basename(files[i]!.path)
    const named = twins.findIndex(({ file }) => path.posix.basename(file) === name)
    const [found] = twins.splice(Math.max(0, named), 1)
    if (!found) continue
    const { file, bytes, modifiedAt } = found
    matched[i] = { ...files[i]!, path: file.slice(prefix.length), bytes, modifiedAt }
    claimed.add(file)
  }
}

/** The folder, with a closing slash, below which most of the files have their recorded paths. */
function commonPrefix(tree: FolderTree, files: readonly RecordedFile[]): string {
  const sample = files.filter((_, i) => i % Math.ceil(files.length / 50) === 0)
  const here = sample.filter(({ path: file }) => tree.files.has(file)).length
  if (here > 0) return ''
  const votes = new Map<string, number>()
  for (const folder of tree.folders.keys()) {
    if (folder === '') continue
    const prefix = `${folder}/`
    const found = sample.filter(({ path: file }) => tree.files.has(prefix + file)).length
    if (found > 0) votes.set(prefix, found)
  }
  const [best] = [...votes].sort(([, a], [, b]) => b - a)
  return best?.[0] ?? ''
}
