/** Many files that appear together or not at all. */
import { constants } from 'node:fs'
import { copyFile, mkdir, readdir, rename, rm, rmdir } from 'node:fs/promises'
import path from 'node:path'
import type { WrittenFile } from '../../shared/processes/engine.ts'
import { expectContent, hashFile, unreadable, unwritable, writeFileAtomic } from './files.ts'
import { within } from './within.ts'
import { stagingName } from './leftovers.ts'

/** Where files are written that appear together; names are below the folder. */
export interface Staging {
  readonly folder: string
  write(name: string, content: Uint8Array): Promise<WrittenFile>
  /** @throws DdadError NOT_FOUND or BAD_FILE naming the source, DISK_FULL or BAD_FILE naming the copy. */
  copy(from: string, name: string): Promise<void>
}

/**
 * Writes files below a folder of their own inside `root`, reads each of them back and moves them into place when all
 * are there; when anything fails nothing of them is left. Files of the same names are replaced, others stay.
 */
export async function writeTogether<Written>(
  root: string,
  write: (staging: Staging) => Promise<Written>,
): Promise<Written> {
  const made = await mkdir(root, { recursive: true }).catch((error: unknown) => {
    throw unwritable(root, error)
  })
  const staging = path.join(root, stagingName())
  const place = async (name: string): Promise<string> => {
    const file = within(staging, name)
    await mkdir(path.dirname(file), { recursive: true })
    return file
  }
  try {
    await mkdir(staging).catch((error: unknown) => {
      throw unwritable(staging, error)
    })
    const written = await write({
      folder: staging,
      write: async (name, content) => {
        const one = await writeFileAtomic(await place(name), content)
        await expectContent(one.file, one.sha256)
        return one
      },
      copy: async (from, name) => {
        const file = await place(name)
        // The system's error names both files: which of them it is about is told by reading the source.
        const sha256 = await hashFile(from).catch((error: unknown) => {
          throw unreadable(from, error)
        })
        await copyFile(from, file, constants.COPYFILE_FICLONE).catch((error: unknown) => {
          throw unwritable(file, error)
        })
        await expectContent(file, sha256)
      },
    })
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
