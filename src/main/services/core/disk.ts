import fs from 'node:fs'
import { DdadError } from '../../../shared/errors.ts'
import type { PreferencesService } from './preferences.ts'
import type { Workspace } from './workspace.ts'

const sizeOf = (bytes: number) =>
  bytes < 1e9 ? `${Math.round(bytes / 1e6)} MB` : `${(bytes / 1e9).toFixed(1)} GB`

/** Free bytes on the disk of a folder, as this user may use them; infinite where the file system does not tell. */
function freeBytes(folder: string): number {
  const { blocks, bavail, bsize } = fs.statfsSync(folder)
  return blocks === 0 ? Infinity : bavail * bsize
}

/**
 * Looks whether there is room for what a job writes next.
 * @param next bytes of its next file, 0 when unknown
 * @returns why there is not, with what to do; null when there is
 */
export function shortOfSpace(
  { folder }: Workspace,
  preferences: PreferencesService,
  next: number,
): DdadError | null {
  const free = freeBytes(folder)
  const { reserveBytes } = preferences.get()
  // A file exists twice while it is replaced.
  if (free >= reserveBytes + 2 * next) return null
  const needed = sizeOf(reserveBytes + 2 * next)
  return new DdadError(
    'DISK_FULL',
    `The disk of ${folder} has ${sizeOf(free)} left; ${needed} are to stay free or are needed for ` +
      'the next checkpoint. Everything written before is kept. Free some space, then resume.',
  )
}
