/** Masks written out in a data set's own convention, alone or as a corrected copy of the data set. */
import fs from 'node:fs/promises'
import path from 'node:path'
import type { MaskExport } from '../../../shared/masks/mask-version.ts'
import { DdadError } from '../../../shared/errors.ts'
import { exportMask, hasClasses } from '../../../shared/masks/export-conventions.ts'
import type { ExportedMask, MaskExportInput } from '../../../shared/processes/exports.ts'
import { VOID_CLASS } from '../../../shared/masks/void.ts'
import { readInput } from '../../files/files.ts'
import { encodeMaskFile, maskFormatOf } from '../../decode/mask-file.ts'
import { writeTogether, type Staging } from '../../files/staging.ts'
import { readFolderTree } from '../datasets/scan/folder-tree.ts'
import { readClasses } from './read-classes.ts'
import { within } from '../../files/within.ts'

interface Options {
  readonly signal?: AbortSignal
  readonly onProgress?: (done: number, total: number) => void
}

/**
 * Writes masks below `destination`. Files that nobody edited are copied byte by byte; corrected ones keep
 * the original's name, format, bit depth and defect value.
 *
 * @throws DdadError CONFLICT when the destination lies in the data set or holds files; NOT_FOUND and
 * BAD_FILE naming the file; CANCELLED when the signal is aborted. Nothing is left then.
 */
export async function exportMasks(
  input: MaskExportInput,
  options: Options = {},
): Promise<MaskExport> {
  await checkDestination(input.root, input.destination)
  const written = await writeTogether(input.destination, (staging) =>
    writeMasks(input, staging, options),
  )
  return { ...written, folder: input.destination }
}

async function writeMasks(
  input: MaskExportInput,
  staging: Staging,
  options: Options,
): Promise<MaskExport> {
  const { root, destination, copy, masks } = input
  const corrected = masks.filter((mask) => mask.corrected !== null)
  const replaced = new Set(corrected.flatMap(({ originals }) => originals))
  const copied = copy
    ? [...(await readFolderTree(root, options.signal)).files.keys()].filter(
        (file) => !replaced.has(file),
      )
    : masks.filter((mask) => mask.corrected === null).flatMap(({ originals }) => originals)
  const total = copied.length + corrected.length
  let done = 0
  const advance = (): void => {
    if (options.signal?.aborted) {
      throw new DdadError('CANCELLED', 'The export was cancelled; nothing was written.')
    }
    options.onProgress?.(++done, total)
  }
  for (const file of copied) {
    await copyOriginal(within(root, file), file, staging)
    advance()
  }
  const skipped: { path: string; message: string }[] = []
  const notes: { path: string; message: string }[] = []
  for (const mask of corrected) {
    try {
      const note = await writeCorrected(input, mask, staging)
      if (note !== null) notes.push({ path: mask.imagePath, message: note })
    } catch (error) {
      if (!(error instanceof DdadError) || error.code !== 'INVALID_INPUT') throw error
      skipped.push({ path: mask.imagePath, message: error.message })
    }
    advance()
  }
  const written = corrected.length - skipped.length
  return { folder: destination, corrected: written, copied: copied.length, skipped, notes }
}

/** Writes a corrected mask. Returns what is to be said of it, or null. */
async function writeCorrected(
  { layout, root }: MaskExportInput,
  { imagePath, originals, corrected, size }: ExportedMask,
  staging: Staging,
): Promise<string | null> {
  if (!corrected) return null
  const mask = await readClasses(corrected, size)
  const hasVoid = corrected.void && mask.data.includes(VOID_CLASS)
  const coded = hasClasses(layout) || hasVoid
  const files = exportMask(layout, imagePath, mask, hasVoid)
  const [original] = originals
  const bytes = original === undefined ? null : await readInput(within(root, original))
  const like = original !== undefined && bytes ? { bytes, file: original } : null
  let note: string | null = null
  for (const file of files) {
    // One file keeps the name it has in the data set; regions are numbered anew.
    const own = files.length === 1 && layout !== 'mvtec-loco' ? original : undefined
    const kept = own !== undefined && maskFormatOf(own) ? own : null
    // A format that alters pixels is left, the place and the stem are not.
    const name = kept ?? own?.replace(/\.[^.]*$/, '.png') ?? file.path
    const format = maskFormatOf(name) ?? 'png'
    const sameFormat = original !== undefined && maskFormatOf(original) === format ? like : null
    await staging.write(name, await encodeMaskFile(file, format, coded, sameFormat))
    if (own !== undefined && name !== own) {
      note = `${own} has a format that cannot hold a mask exactly; the corrected one was written as ${name}.`
    }
  }
  return note
}

async function copyOriginal(from: string, name: string, staging: Staging): Promise<void> {
  try {
    await staging.copy(from, name)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    throw new DdadError(
      'NOT_FOUND',
      `${from} is missing, so nothing was exported. Put it back, or import the data set again.`,
      { cause: error },
    )
  }
}

async function checkDestination(root: string, destination: string): Promise<void> {
  const inside = path.relative(root, destination)
  if (inside === '' || (!inside.startsWith('..') && !path.isAbsolute(inside))) {
    throw new DdadError(
      'CONFLICT',
      `${destination} lies in the data set, which is never written. Choose a folder elsewhere.`,
    )
  }
  const entries = await fs.readdir(destination).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return []
    throw error
  })
  if (entries.length === 0) return
  throw new DdadError(
    'CONFLICT',
    `${destination} is not empty. Nothing was written; choose a new or an empty folder.`,
  )
}
