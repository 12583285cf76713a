import type { ImageId, MaskVersionId } from '../../../shared/core/ids.ts'
import { addresses } from '../../../shared/ipc/addresses.ts'
import type { Mask } from '../../../shared/masks/mask.ts'
import { decodeMask } from '../../../shared/masks/codec/rle.ts'

async function bytesOf(address: string): Promise<Uint8Array> {
  const answer = await fetch(address)
  if (!answer.ok) throw new Error(await answer.text())
  return new Uint8Array(await answer.arrayBuffer())
}

/** The class indices of a mask version. @throws With main's text when it cannot be had. */
export async function loadClasses(id: MaskVersionId): Promise<Mask> {
  return decodeMask(await bytesOf(addresses.maskClasses(id)))
}

/** The record of an image's unsaved edits. */
export function loadJournal(id: ImageId): Promise<Uint8Array> {
  return bytesOf(addresses.maskJournal(id))
}
