import { readdir, rm, stat } from 'node:fs/promises'
import path from 'node:path'

/**
 * Removes the files below a folder that were written or touched longest ago, until the rest has at most so many
 * bytes. Files that go away meanwhile are no error.
 */
export async function pruneFolder(folder: string, mostBytes: number): Promise<void> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => [])
  const found = await Promise.all(
    entries.map(async (entry) => {
      const file = path.join(entry.parentPath, entry.name)
      const about = entry.isFile() ? await stat(file).catch(() => null) : null
      return about && { file, bytes: about.size, usedAt: about.mtimeMs }
    }),
  )
  const files = found.filter((one) => one !== null).toSorted((a, b) => a.usedAt - b.usedAt)
  let bytes = files.reduce((sum, one) => sum + one.bytes, 0)
  for (const one of files) {
    if (bytes <= mostBytes) return
    await rm(one.file, { force: true })
    bytes -= one.bytes
  }
}
