import path from 'node:path'
import { DdadError } from '../../shared/errors.ts'

/**
 * The place of what stored or received data names below a folder: the only way from such a name to a path.
 * @throws DdadError BAD_FILE when it leads out of the folder, or to the folder itself
 */
export function within(folder: string, ...names: readonly string[]): string {
  const root = path.resolve(folder)
  const place = path.join(root, ...names)
  const inside = root.endsWith(path.sep) ? root : root + path.sep
  if (place.length > inside.length && place.startsWith(inside) && !place.includes('\0'))
    return place
  const shown = JSON.stringify(names.join('/').slice(0, 100))
  throw new DdadError(
    'BAD_FILE',
    `${shown} leads out of ${root}. Nothing was read or written there.`,
  )
}
