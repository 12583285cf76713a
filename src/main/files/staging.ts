/** Many files that appear together or not at all. */
import { mkdir, readdir, rename, rm, rmdir } from 'node:fs/promises'
import path from 'node:path'
import { stagingName } from './leftovers.ts'

/**
 * Writes files below a folder of their own inside `root` and moves them into place when all are there; when
 * anything fails nothing of them is left. Files of the same names are replaced, others stay.
 *
 * @param write Given the folder to write into.
 */
export async function writeTogether<Written>(
  root: string,
  write: (folder: string) => Promise<Written>,
): Promise<Written> {
  const made = await mkdir(root, { recursive: true })
  const staging = path.join(root, stagingName())
  await mkdir(staging)
  try {
    const written = await write(staging)
    for (const entry of await readdir(staging, { recursive: true, withFileTypes: true })) {
      if (!entry.isFile()) continue
      const from = path.join(entry.parentPath, entry.name)
      const to = path.join(root, path.relative(staging, from))
      await mkdir(path.dirname(to), { recursive: true })
      await rename(from, to)
    }
    return written
  } catch (error) {
    await rm(staging, { recursive: true, force: true })
    if (made !== undefined) await removeEmpty(root, made)
    throw error
  } finally {
    await rm(staging, { recursive: true, force: true })
  }
}

/** Takes back folders that were made, from the lowest up to `first`, as long as they are empty. */
async function removeEmpty(lowest: string, first: string): Promise<void> {
  for (let folder = lowest; folder.length >= first.length; folder = path.dirname(folder)) {
    try {
      await rmdir(folder)
    } catch {
      return
    }
  }
}
