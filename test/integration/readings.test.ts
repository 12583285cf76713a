/** What was chosen where a folder could be read in several ways holds wherever its images and masks are used. */
import fs from 'node:fs'
import path from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { decodeImage } from '../../src/main/decode/decode.ts'
import { decodeMask as readMaskFile } from '../../src/main/decode/mask.ts'
import { encodeGreyPng } from '../../src/main/decode/png.ts'
import { turned } from '../../src/main/decode/turn.ts'
import type { ImageEntry } from '../../src/shared/datasets/dataset.ts'
import type { Reading } from '../../src/shared/datasets/reading.ts'
import { crc32 } from '../../src/shared/masks/codec/crc32.ts'
import { decodeMask } from '../../src/shared/masks/codec/rle.ts'
import { MaskEditor } from '../../src/shared/masks/edit.ts'
import { rectangleSelection } from '../../src/shared/masks/tools/shapes.ts'
import { VOID_CLASS, VOID_PIXEL } from '../../src/shared/masks/void.ts'
import { ddad } from '../support/ddad.ts'
import { withExif } from '../support/exif.ts'
import { openTestStudio } from './studio.ts'
import { temporaryFolder } from './support.ts'

const width = 24
const height = 16

function put(root: string, name: string, bytes: Uint8Array): void {
  const file = path.join(root, name)
  fs.mkdirSync(path.dirname(file), { recursive: true })
  fs.writeFileSync(file, bytes)
}

let made = 0
const picture = (): Uint8Array => {
  made += 1
  const seed = made
  const data = Uint8Array.from({ length: width * height }, (_, i) => (i * 7 + seed * 31) % 251)
  return encodeGreyPng(data, width, height)
}

/** Classes 1 and 2 as areas, and void between them. */
const classMask = (): Uint8Array =>
  encodeGreyPng(
    Uint8Array.from({ length: width * height }, (_, i) => {
      const [x, y] = [i % width, Math.floor(i / width)]
      if (y < 2 || y > 8) return 0
      return x < 6 ? 1 : x < 10 ? VOID_CLASS : x < 16 ? 2 : 0
    }),
    width,
    height,
  )

function dataOf(folder: string, oriented: boolean): string {
  const root = path.join(folder, 'data')
  for (const n of [0, 1, 2]) put(root, `train/good/00${n}.png`, picture())
  put(root, 'test/good/000.png', picture())
  put(root, 'test/bent/000.png', oriented ? withExif(picture(), 6) : picture())
  put(root, 'ground_truth/bent/000_mask.png', classMask())
  return root
}

async function opened(reading: Reading, oriented = false) {
  const folder = temporaryFolder()
  const root = dataOf(folder, oriented)
  const studio = openTestStudio(path.join(folder, 'workspace'))
  onTestFinished(() => studio.close())
  const { token } = studio.datasets.register(root)
  const dataset = await studio.datasets.add(token, 'Set', reading)
  const image = (): ImageEntry =>
    studio.datasets.images(dataset).find((entry) => entry.path.endsWith('bent/000.png'))!
  return { folder, root, studio, dataset, image }
}

const counts = (data: Uint8Array, ...values: number[]): number[] =>
  values.map((value) => data.filter((one) => one === value).length)

describe('the value 255 beside class indices', () => {
  it('is void in evaluation, review, editor, corrected masks and exports alike', async () => {
    const { studio, dataset, image, folder } = await opened({})
    // What was taken is kept, though nobody had to choose.
    expect(dataset.reading).toMatchObject({ void: 'left-out' })
    const { id, maskVersionId } = image()
    const file = await studio.files.mask(maskVersionId!)
    const { data } = await readMaskFile(fs.readFileSync(file), file)
    expect(counts(data, 255, VOID_PIXEL)).toEqual([7 * 12, 7 * 4])
    const session = await studio.masks.open(id)
    expect(session).toMatchObject({ classes: true, classNames: { 1: 'defect', 255: 'void' } })
    const base = decodeMask(fs.readFileSync(await studio.files.maskClasses(maskVersionId!)))
    expect(counts(base.data, 1, VOID_CLASS)).toEqual([7 * 12, 7 * 4])

    // A stroke elsewhere leaves the void what it is.
    const parts: Uint8Array[] = []
    const editor = new MaskEditor(base, { journal: (bytes) => parts.push(bytes) })
    const box = { x: 18, y: 12, width: 3, height: 2 }
    editor.apply('Rectangle', (draft) => draft.set(rectangleSelection(box, base), 1))
    let at = 0
    for (const part of parts) {
      await studio.masks.journals.append(id, maskVersionId, at, part)
      at += part.length
    }
    const change = { author: 'Ada', reason: 'too-tight', note: '' } as const
    const checksum = crc32(editor.mask.data)
    const saved = await studio.masks.save(id, maskVersionId, maskVersionId, checksum, change)
    expect(saved.stats).toMatchObject({ added: 6, defectPixels: 7 * 12 + 6 })
    const corrected = await studio.files.mask(saved.id)
    const now = await readMaskFile(fs.readFileSync(corrected), corrected)
    expect(counts(now.data, 255, VOID_PIXEL)).toEqual([7 * 12 + 6, 7 * 4])

    const to = path.join(folder, 'exported')
    await ddad([
      'masks',
      'export',
      'Set',
      '--to',
      to,
      '--workspace',
      path.join(folder, 'workspace'),
    ])
    const written = fs.readFileSync(path.join(to, 'ground_truth/bent/000_mask.png'))
    const stored = await readMaskFile(written, 'exported')
    expect(counts(stored.data, 1, VOID_CLASS)).toEqual([7 * 12 + 6, 7 * 4])
  })

  it('is a defect where that was chosen', async () => {
    const { studio, image } = await opened({ void: 'defect' })
    const { maskVersionId } = image()
    const file = await studio.files.mask(maskVersionId!)
    const { data } = await readMaskFile(fs.readFileSync(file), file)
    expect(counts(data, 255, VOID_PIXEL)).toEqual([7 * 16, 0])
    const base = decodeMask(fs.readFileSync(await studio.files.maskClasses(maskVersionId!)))
    expect(counts(base.data, 1, VOID_CLASS)).toEqual([7 * 16, 0])
  })
})

it('turned pictures and masks fit wherever they are used, and files are still what was imported', async () => {
  const { studio, dataset, image, root } = await opened({ turned: 'yes' }, true)
  const entry = image()
  expect(entry).toMatchObject({ width: height, height: width, orientation: 6 })
  const bytes = fs.readFileSync(path.join(root, entry.path))
  const wanted = turned(await decodeImage(bytes, entry.path), 3, 6)
  const shown = await studio.files.image(entry.id)
  expect(await decodeImage(fs.readFileSync(shown), shown)).toEqual(wanted)
  const own = await readMaskFile(classMask(), 'mask')
  const mask = decodeMask(fs.readFileSync(await studio.files.maskClasses(entry.maskVersionId!)))
  const upright = turned(own, 1, 6)
  expect([mask.width, mask.height]).toEqual([height, width])
  expect(mask.data.map((value) => Number(value === 1))).toEqual(
    upright.data.map((value) => Number(value === 1 || value === 2)),
  )
  const { result } = studio.fileChecks.check(dataset.id, { contents: true })
  await result
  expect(studio.fileChecks.report(dataset.id, -1).problems).toEqual([])
})

it('what is undecidable is refused without a choice, and taken from the command line', async () => {
  const folder = temporaryFolder()
  const root = path.join(folder, 'lots')
  for (const n of [0, 1, 2, 3, 4]) put(root, `monday/${n}.png`, picture())
  put(root, 'scratched/0.png', picture())
  const workspace = ['--workspace', path.join(folder, 'workspace')]
  const refused = await ddad(['datasets', 'add', root, ...workspace])
  expect(refused.code).not.toBe(0)
  expect(refused.stderr).toContain('--layout good=monday')
  const scanned = await ddad(['datasets', 'scan', root, '--json', ...workspace])
  const { questions, files } = JSON.parse(scanned.stdout) as {
    questions: { kind: string; taken: string | null }[]
    files: { use: string }[]
  }
  expect(questions).toMatchObject([{ kind: 'layout', taken: null }])
  expect(files.map(({ use }) => use)).toEqual(Array(6).fill('undecidable'))
  const choice = ['--layout', 'good=monday', '--split', 'group={group},share=0.4,seed=2']
  const added = await ddad(['datasets', 'add', root, '--json', ...choice, ...workspace])
  expect(JSON.parse(added.stdout)).toMatchObject({
    reading: { layout: 'good=monday', split: { group: '{group}', share: 0.4, seed: 2 } },
    categories: [{ nominalTrain: 3, nominalTest: 2, defects: { scratched: 1 } }],
  })
  const wrong = await ddad(['datasets', 'add', root, '--masks', 'void=perhaps', ...workspace])
  expect(wrong.code).toBe(2)
})
