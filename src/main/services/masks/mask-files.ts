import fs from 'node:fs'
import path from 'node:path'
import type { ImageId } from '../../../shared/core/ids.ts'
import type { Workspace } from '../core/workspace.ts'

/** An image's folder of corrected masks, or its journal: both begin with the image's id. */
const OF_IMAGE = /^(\d+)(?:-\d+\.journal)?$/

/**
 * Removes corrected masks and unsaved edits of images that are no longer there. Ids are given out again, so
 * what stayed would be offered as the edits of another image.
 */
export function removeMaskFiles({ resolve }: Workspace, images: readonly ImageId[]): void {
  const gone = new Set<number>(images)
  for (const folder of [resolve('masks'), resolve('masks/journals')]) {
    for (const name of fs.existsSync(folder) ? fs.readdirSync(folder) : []) {
      const match = OF_IMAGE.exec(name)
      if (!match || !gone.has(Number(match[1]))) continue
      fs.rmSync(path.join(folder, name), { recursive: true, force: true })
    }
  }
}
