/** Reads an archive of a run without trusting it, so that what is recorded of it only has to be written. */
import fs from 'node:fs'
import { open } from 'node:fs/promises'
import path from 'node:path'
import type { z } from 'zod'
import { DdadError } from '../../../shared/errors.ts'
import {
  archivedCurvesSchema,
  archivedEvaluationsSchema,
  archivedImagesSchema,
  archivedRunSchema,
  type ArchivedCurves,
  type Manifest,
} from '../../../shared/exchange/run-archive.ts'
import type { CurvePiece, ReadRun } from '../../../shared/processes/background.ts'
import { unwritable, writeAll } from '../../files/files.ts'
import { unpackArchive } from './archive-reader.ts'

/** Points of curves that are written together. */
const SLICE = 5000

/**
 * Unpacks an archive into a new, empty folder, checks its documents against each other, and leaves its curves in slices
 * beside them.
 * @throws {DdadError} BAD_FILE that says what is wrong with it; the folder is then to be deleted.
 */
export async function readRun(input: { file: string; folder: string }): Promise<ReadRun> {
  const { file, folder } = input
  const manifest = await unpackArchive(file, folder)
  const documents = readDocuments(folder, manifest)
  const curves = document(folder, 'curves.json', archivedCurvesSchema)
  return { manifest, ...documents, slices: await writeSlices(folder, curves) }
}

const damaged = (reason: string): DdadError =>
  new DdadError('BAD_FILE', `The archive was not imported: ${reason}.`)

function document<Schema extends z.ZodType>(
  folder: string,
  name: string,
  schema: Schema,
): z.infer<Schema> {
  let value: unknown
  try {
    value = JSON.parse(fs.readFileSync(path.join(folder, name), 'utf8'))
  } catch {
    throw damaged(`its ${name} is missing or cannot be read`)
  }
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  throw damaged(`its ${name} is wrong at ${issue?.path.join('.') ?? '?'}: ${issue?.message ?? ''}`)
}

function readDocuments(folder: string, manifest: Manifest) {
  const run = document(folder, 'run.json', archivedRunSchema)
  const present = new Set(manifest.files.map(({ path: name }) => name))
  for (const { file } of run.checkpoints) {
    if (!present.has(`checkpoints/${file}`)) throw damaged(`the checkpoint ${file} is missing`)
  }
  const images = document(folder, 'images.json', archivedImagesSchema)
  if (new Set(images.map(({ path: place }) => place)).size < images.length) {
    throw damaged('its images.json names an image twice')
  }
  const hashes = new Map(manifest.files.map(({ path: file, sha256 }) => [file, sha256]))
  images.forEach(({ masks }, at) => {
    for (const { version, sha256 } of masks) {
      const name = `masks/${at}-${version}.png`
      if (sha256 !== null && hashes.get(name) !== sha256)
        throw damaged(`the mask ${name} is missing`)
    }
  })
  const evaluations = document(folder, 'evaluations.json', archivedEvaluationsSchema)
  for (const { results } of evaluations)
    if (results.some(({ image }) => image >= images.length))
      throw damaged('a result belongs to no image')
  return { run, images, evaluations }
}

/** One line of JSON for each slice: curves of a few points share one, long ones have several. */
async function writeSlices(folder: string, curves: ArchivedCurves): Promise<string> {
  const file = path.join(folder, 'slices.jsonl')
  const handle = await open(file, 'wx')
  let pieces: CurvePiece[] = []
  let room = SLICE
  const writeLine = async () => {
    if (pieces.length > 0) await writeAll(handle, Buffer.from(`${JSON.stringify(pieces)}\n`))
    pieces = []
    room = SLICE
  }
  try {
    for (const [name, { steps, values }] of Object.entries(curves))
      for (let at = 0; at < steps.length; at += pieces.at(-1)?.steps.length ?? 0) {
        if (room === 0) await writeLine()
        const end = at + room
        pieces.push({ name, steps: steps.slice(at, end), values: values.slice(at, end) })
        room -= pieces.at(-1)!.steps.length
      }
    await writeLine()
    return file
  } catch (error) {
    throw unwritable(file, error)
  } finally {
    await handle.close()
  }
}
