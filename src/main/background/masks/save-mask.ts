import { ORIGIN } from '../../../shared/core/origin.ts'
import { DdadError } from '../../../shared/errors.ts'
import type { MaskStats } from '../../../shared/masks/mask-version.ts'
import { crc32 } from '../../../shared/masks/codec/crc32.ts'
import { MaskEditor } from '../../../shared/masks/edit.ts'
import { createMask, maskDifference, type Mask } from '../../../shared/masks/mask.ts'
import { VOID_CLASS } from '../../../shared/masks/void.ts'
import type { MaskSource, SavedMask } from '../../../shared/processes/background.ts'
import { readInput, writeFileAtomic } from '../../files/files.ts'
import { encodeGreyPng } from '../../decode/png.ts'
import { readClasses } from './read-classes.ts'

/**
 * Writes a version: the journal's edits replayed over the mask they began on, or that mask itself.
 *
 * @throws DdadError BAD_FILE when a file cannot be used or the result is not what the user saw; CONFLICT
 * when it is the same as the parent. Nothing is written then.
 */
export async function saveMask(input: SavedMask): Promise<{ sha256: string; stats: MaskStats }> {
  const { base, parent, journal, size, checksum, destination, origin } = input
  const read = (source: MaskSource | null): Promise<Mask> | Mask =>
    source ? readClasses(source, size) : createMask(size.width, size.height)
  const begun = await read(base)
  const mask = journal ? MaskEditor.recover(begun, await readInput(journal)).editor.mask : begun
  if (checksum !== null && crc32(mask.data) !== checksum) {
    throw new DdadError(
      'BAD_FILE',
      'The edits on disk do not add up to the mask in the window, so nothing was saved. The window still has it: undo the last step, redo it and save again.',
    )
  }
  const difference = maskDifference(await read(parent), mask)
  const { added, removed, changed } = difference
  if (parent && added + removed + changed === 0) {
    throw new DdadError('CONFLICT', 'The mask is the same as before, so no version was made.')
  }
  const unknown = (base ?? parent)?.void ? VOID_CLASS : 0
  const isDefect = (value: number) => value > 0 && value !== unknown
  const defectPixels = mask.data.reduce((sum, value) => sum + Number(isDefect(value)), 0)
  const { sha256 } = await writeFileAtomic(
    destination,
    encodeGreyPng(mask.data, mask.width, mask.height, { [ORIGIN]: origin }),
  )
  return { sha256, stats: { ...difference, defectPixels } }
}
