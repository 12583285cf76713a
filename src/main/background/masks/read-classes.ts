/** Mask files as class indices: what the editor works on. */
import path from 'node:path'
import { DdadError } from '../../../shared/errors.ts'
import type { Size } from '../../../shared/masks/box.ts'
import { createMask, sameSize, type Mask } from '../../../shared/masks/mask.ts'
import { encodeMask } from '../../../shared/masks/codec/rle.ts'
import type { MaskSource } from '../../../shared/processes/background.ts'
import { readMask } from '../../decode/image-file.ts'
import { VOID_CLASS, VOID_PIXEL } from '../../../shared/masks/void.ts'
import { maskParts } from '../../decode/mask.ts'
import { sha256, writeFileAtomic } from '../../files/files.ts'

/**
 * Reads the mask of an image of the given size: class indices where the source is coded, otherwise 1
 * for a defect and {@link VOID_CLASS} for void. Of files that overlap, the later one counts.
 *
 * @throws DdadError NOT_FOUND or BAD_FILE, naming the file, when it is gone, damaged, of another size, or
 * not the one that was recorded.
 */
export async function readClasses(source: MaskSource, size: Size): Promise<Mask> {
  const classes = createMask(size.width, size.height)
  for (const { file: address, sha256: recorded } of source.files) {
    const { mask, bytes, file } = await readMask(address)
    if (!sameSize(mask, size)) {
      throw new DdadError(
        'BAD_FILE',
        `${path.basename(file)} has ${mask.width} × ${mask.height} pixels, its image ${size.width} × ${size.height}. ` +
          `It is not opened for editing, because every stroke would land in the wrong place. Put the right file back at ${file}, or begin with an empty mask.`,
      )
    }
    if (sha256(bytes) !== recorded) {
      throw new DdadError(
        'BAD_FILE',
        `${file} is not the file that was recorded; something else has changed it. It is not opened for editing. Put the recorded file back, or accept its content: Data sets → Check files.`,
      )
    }
    const classOf = (part: number) => (part === VOID_PIXEL ? VOID_CLASS : Number(part > 0))
    const values = source.coded ? mask.data : maskParts(mask, source).map(classOf)
    values.forEach((value, i) => {
      if (value > 0) classes.data[i] = value
    })
  }
  return classes
}

/** Writes a mask's class indices, run-length coded. Throws as {@link readClasses} does. */
export async function makeClasses(
  source: MaskSource,
  size: Size,
  destination: string,
): Promise<void> {
  await writeFileAtomic(destination, encodeMask(await readClasses(source, size)))
}
