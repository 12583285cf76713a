import fs from 'node:fs'
import path from 'node:path'
import { Transformer } from '@napi-rs/image'
import { encode } from 'fast-png'
import { describe, expect, it, onTestFinished } from 'vitest'
import { decodeMask as readMaskFile } from '../../src/main/decode/mask.ts'
import { encodeTiff } from '../../src/main/decode/tiff.ts'
import type { ImageEntry } from '../../src/shared/datasets/dataset.ts'
import type { MaskVersionId } from '../../src/shared/core/ids.ts'
import type { MaskExport } from '../../src/shared/masks/mask-version.ts'
import { crc32 } from '../../src/shared/masks/codec/crc32.ts'
import { MaskEditor } from '../../src/shared/masks/edit.ts'
import { createMask, type Mask } from '../../src/shared/masks/mask.ts'
import { decodeMask } from '../../src/shared/masks/codec/rle.ts'
import { rectangleSelection } from '../../src/shared/masks/tools/shapes.ts'
import { ddad } from '../support/ddad.ts'
import { openTestStudio } from './studio.ts'
import { quiet, temporaryFolder } from './support.ts'

const width = 12
const height = 10

function write(root: string, name: string, bytes: Uint8Array): void {
  const file = path.join(root, name)
  fs.mkdirSync(path.dirname(file), { recursive: true })
  fs.writeFileSync(file, bytes)
}

let made = 0
const grey = (values?: (i: number) => number): Uint8Array => {
  made += 1
  const seed = made
  const data = Uint8Array.from({ length: width * height }, (_, i) =>
    values ? values(i) : (i * 7 + seed * 31) % 251,
  )
  return encode({ width, height, channels: 1, depth: 8, data })
}
/** Black and white in the least usual ways that a PNG can have them. */
const oneBit = (): Uint8Array =>
  encode({ width, height, channels: 1, depth: 1, data: new Uint8Array(20).fill(0b1100_0000) })
const rgb16 = (): Uint8Array =>
  encode({
    width,
    height,
    channels: 3,
    depth: 16,
    data: Uint16Array.from({ length: 3 * width * height }, (_, i) => (i < 30 ? 65_535 : 0)),
  })

/** A data set of one category with a mask of each kind. */
function mvtec(folder: string): string {
  const root = path.join(folder, 'Metall & Öl #1')
  for (const n of [0, 1, 2]) write(root, `nut/train/good/00${n}.png`, grey())
  write(root, 'nut/test/good/000.png', grey())
  for (const n of [0, 1, 2]) write(root, `nut/test/bent/00${n}.png`, grey())
  write(
    root,
    'nut/ground_truth/bent/000_mask.png',
    grey((i) => (i < 15 ? 255 : 0)),
  )
  write(root, 'nut/ground_truth/bent/001_mask.png', oneBit())
  write(root, 'nut/ground_truth/bent/002_mask.png', rgb16())
  write(root, 'nut/license.txt', Buffer.from('Do as you like.'))
  return root
}

async function opened(make: (folder: string) => string = mvtec) {
  const folder = temporaryFolder()
  const root = make(folder)
  const studio = openTestStudio(path.join(folder, 'workspace'))
  onTestFinished(() => studio.close())
  const dataset = await studio.datasets.add(studio.datasets.register(root).token, 'Set')
  const image = (name: string): ImageEntry => {
    return studio.datasets.images(dataset).find((entry) => entry.path.endsWith(name))!
  }
  const classes = async (id: MaskVersionId): Promise<Mask> =>
    decodeMask(fs.readFileSync(await studio.files.maskClasses(id)))

  /** Draws a rectangle of a class, journalled as the window does it, and saves. */
  async function edit(
    entry: ImageEntry,
    classIndex = 1,
    box = { x: 2, y: 3, width: 4, height: 2 },
  ) {
    const baseId = entry.maskVersionId
    const base = baseId === null ? createMask(width, height) : await classes(baseId)
    const parts: Uint8Array[] = []
    const editor = new MaskEditor(base, { journal: (bytes) => parts.push(bytes) })
    editor.apply('Rectangle', (draft) => draft.set(rectangleSelection(box, base), classIndex))
    let at = 0
    for (const part of parts) {
      await studio.masks.journals.append(entry.id, baseId, at, part)
      at += part.length
    }
    const change = { author: 'Ada', reason: 'too-tight', note: 'edge of the dent' } as const
    const checksum = crc32(editor.mask.data)
    const save = () => studio.masks.save(entry.id, baseId, baseId, checksum, change)
    return { editor, save, at }
  }
  return { folder, root, studio, dataset, image, classes, edit }
}

/** Every file below a folder with its content, as text that tells bytes apart. */
function contents(root: string): Record<string, string> {
  const names = fs.readdirSync(root, { recursive: true, withFileTypes: true })
  return Object.fromEntries(
    names
      .filter((entry) => entry.isFile())
      .map(({ parentPath, name }) => path.join(parentPath, name))
      .sort()
      .map((file) => [path.relative(root, file), fs.readFileSync(file).toString('base64')]),
  )
}

describe('saving a mask', () => {
  it('makes a version with statistics and leaves the data set alone', async () => {
    const { root, studio, image, classes, edit } = await opened()
    const before = contents(root)
    const { editor, save } = await edit(image('bent/000.png'))
    const saved = await save()
    expect(saved).toMatchObject({
      version: 1,
      author: 'Ada',
      reason: 'too-tight',
      note: 'edge of the dent',
      stats: { added: 8, removed: 0, changed: 0, defectPixels: 23 },
    })
    expect(await classes(saved.id)).toEqual(editor.mask)
    expect(image('bent/000.png')).toMatchObject({
      maskStatus: 'corrected',
      maskVersionId: saved.id,
    })
    const shown = await studio.files.mask(saved.id)
    const { values } = await readMaskFile(fs.readFileSync(shown), shown)
    expect(values).toEqual([0, 255])
    expect(contents(root)).toEqual(before)
    expect(studio.masks.author()).toBe('Ada')
  })

  it('gives an image without a mask its first one', async () => {
    const { image, edit } = await opened()
    const saved = await (await edit(image('good/000.png'))).save()
    expect(saved).toMatchObject({ version: 1, parentId: null, stats: { added: 8 } })
  })

  it('refuses what is not the mask in the window, and keeps the journal', async () => {
    const { studio, image, edit } = await opened()
    const entry = image('bent/000.png')
    const { at } = await edit(entry)
    const change = { author: 'Ada', reason: 'other', note: '' } as const
    const { maskVersionId } = entry
    await expect(
      studio.masks.save(entry.id, maskVersionId, maskVersionId, 1, change),
    ).rejects.toMatchObject({ code: 'BAD_FILE' })
    expect(studio.masks.versions(entry.id)).toHaveLength(1)
    expect(await studio.masks.journals.of(entry.id)).toMatchObject({ bytes: at })
  })

  it('goes back to any version by making a new one', async () => {
    const { studio, image, classes, edit } = await opened()
    const first = image('bent/000.png').maskVersionId!
    await (await edit(image('bent/000.png'))).save()
    const back = await studio.masks.revert(first, { author: 'Bob', note: '' })
    expect(back).toMatchObject({ version: 2, reason: 'revert', note: 'Version 0' })
    expect(back.stats).toMatchObject({ added: 0, removed: 8 })
    expect(await classes(back.id)).toEqual(await classes(first))
    await expect(studio.masks.revert(first, { author: 'Bob', note: '' })).rejects.toMatchObject({
      code: 'CONFLICT',
    })
  })
})

describe('opening a mask', () => {
  const maskFile = (root: string) => path.join(root, 'nut/ground_truth/bent/000_mask.png')

  it.each([
    ['is gone', (file: string) => fs.rmSync(file), 'NOT_FOUND', /missing/],
    ['is damaged', (file: string) => fs.truncateSync(file, 40), 'BAD_FILE', /truncated/],
    [
      'has another size',
      (file: string) =>
        fs.writeFileSync(
          file,
          encode({ width: 4, height: 4, channels: 1, depth: 8, data: new Uint8Array(16) }),
        ),
      'BAD_FILE',
      /4 × 4 pixels, its image 12 × 10/,
    ],
    [
      'was changed since',
      (file: string) =>
        fs.writeFileSync(
          file,
          grey(() => 255),
        ),
      'BAD_FILE',
      /not the file that was recorded/,
    ],
  ])('is refused when the file %s', async (_, damage, code, message) => {
    const { root, studio, image } = await opened()
    damage(maskFile(root))
    const opening = studio.files.maskClasses(image('bent/000.png').maskVersionId!)
    await expect(opening).rejects.toMatchObject({ code, message: expect.stringMatching(message) })
  })
})

describe('the classes of MVTec LOCO AD', () => {
  const loco = (text: string) => (folder: string) => {
    const root = path.join(folder, 'LOCO')
    for (const part of ['train/good', 'test/good', 'test/logical_anomalies'])
      write(root, `bag/${part}/000.png`, grey())
    write(root, 'bag/defects_config.json', Buffer.from(text))
    return root
  }
  const names = async (text: string) => {
    const { studio, image } = await opened(loco(text))
    return (await studio.masks.open(image('logical_anomalies/000.png').id)).classNames
  }

  it('have the names of its file', async () => {
    const entry = { saturation_threshold: 1, relative_saturation: true }
    const entries = [
      { defect_name: 'missing_cable', pixel_value: 255, ...entry },
      { defect_name: '2_short_cables', pixel_value: 254, ...entry },
    ]
    expect(await names(JSON.stringify(entries))).toEqual({
      255: 'missing cable',
      254: '2 short cables',
    })
  })

  it.each(['[{"defect_name":"far","pixel_value":900}]', '{', '{"a":1}'])(
    'are numbers where the file is %s',
    async (text) => expect(await names(text)).toEqual({}),
  )
})

describe('the journal', () => {
  it('is cut where its writer goes on, begins anew at 0 and is forgotten when asked', async () => {
    const { studio, image } = await opened()
    const { id, maskVersionId } = image('bent/000.png')
    const { journals } = studio.masks
    const put = (at: number, text: string) =>
      journals.append(id, maskVersionId, at, Buffer.from(text))
    const text = async () => fs.readFileSync(await journals.file(id), 'utf8')
    await put(0, 'abc')
    await put(3, 'defg')
    expect(await text()).toBe('abcdefg')
    await put(4, 'X')
    expect(await text()).toBe('abcdX')
    await expect(put(9, 'late')).rejects.toMatchObject({ code: 'CONFLICT' })
    await journals.append(id, null, 0, Buffer.from('new'))
    expect(await journals.list()).toMatchObject([{ imageId: id, baseId: null, bytes: 3 }])
    expect(await studio.masks.unsaved()).toMatchObject([{ path: 'nut/test/bent/000.png' }])
    await journals.discard(id)
    expect(await journals.list()).toEqual([])
  })
})

describe('removing the data set', () => {
  it('takes its corrected masks and unsaved edits along, and nothing of other data sets', async () => {
    const { folder, root, studio, dataset, image, edit } = await opened()
    await (await edit(image('bent/000.png'))).save()
    await edit(image('bent/001.png'))
    const twin = await studio.datasets.add(studio.datasets.register(root).token, 'Twin')
    const kept = studio.datasets.images(twin).find(({ path: file }) => file.endsWith('t/002.png'))!
    const other = await edit(kept)
    await other.save()
    const own = await edit(image('bent/002.png'))
    await own.save()
    const masks = () => Object.keys(contents(path.join(folder, 'workspace/masks')))
    const before = masks()
    const ofTwin = before.filter((file) => file.match(/\d+/)![0] === String(kept.id))
    expect(before.length).toBeGreaterThan(ofTwin.length + 3)
    const files = contents(root)

    studio.datasets.remove(dataset.id)
    expect(ofTwin).toHaveLength(2)
    expect(masks()).toEqual(ofTwin)
    expect((await studio.masks.journals.list()).map(({ imageId }) => imageId)).toEqual([kept.id])
    expect(contents(root)).toEqual(files)
  })
})

describe('exporting', () => {
  it('copies byte by byte what nobody edited, and keeps bit depth and channels of what was', async () => {
    const { folder, root, studio, dataset, image, edit } = await opened()
    const corrected = ['bent/001.png', 'bent/002.png'] as const
    for (const name of corrected) await (await edit(image(name))).save()
    const destination = path.join(folder, 'copy')
    const result = await studio.maskExport.write(dataset, destination, 'copy', quiet)
    expect(result).toMatchObject({ corrected: 2, skipped: [] })
    const [before, after] = [contents(root), contents(destination)]
    const masks = corrected.map((name) => `nut/ground_truth/${name.replace('.png', '_mask.png')}`)
    for (const name of masks) {
      expect(after[name]).not.toBe(before[name])
      // Width, height, bit depth, colour type.
      const header = (text: string | undefined) => Buffer.from(text!, 'base64').subarray(16, 26)
      expect(header(after[name])).toEqual(header(before[name]))
      delete before[name]
      delete after[name]
    }
    expect(after).toEqual(before)

    const again = await studio.datasets.add(studio.datasets.register(destination).token, 'Again')
    for (const name of corrected) {
      const copied = studio.datasets.images(again).find(({ path: file }) => file.includes(name))!
      const read = (id: MaskVersionId) =>
        studio.files.maskClasses(id).then((file) => fs.readFileSync(file))
      expect(await read(copied.maskVersionId!)).toEqual(await read(image(name).maskVersionId!))
    }
  })

  it('writes only what is asked for, and never into the data set or over files', async () => {
    const { folder, root, studio, dataset, image, edit } = await opened()
    const start = (destination: string, kind: 'corrected' | 'all') => {
      return studio.maskExport.write(dataset, destination, kind, quiet)
    }
    await expect(start(path.join(folder, 'none'), 'corrected')).rejects.toThrow(/No mask/)
    await (await edit(image('bent/000.png'))).save()
    await start(path.join(folder, 'some'), 'corrected')
    expect(Object.keys(contents(path.join(folder, 'some')))).toEqual([
      'nut/ground_truth/bent/000_mask.png',
    ])
    await start(path.join(folder, 'all'), 'all')
    expect(Object.keys(contents(path.join(folder, 'all')))).toHaveLength(3)
    await expect(start(path.join(root, 'export'), 'all')).rejects.toThrow(/never written/)
    await expect(start(folder, 'all')).rejects.toThrow(/not empty/)
  })

  it('keeps TIFF as TIFF, leaves JPEG for PNG and says so; the command line tells the same', async () => {
    const sides = { width, height }
    const half = new Uint8Array(width * height).fill(255, 0, 24)
    const wideBytes = new Uint8Array(2 * width * height).fill(255, 0, 48)
    const rgba = Uint8Array.from({ length: 4 * width * height }, (_, i) =>
      i % 4 === 3 ? 255 : half[i >> 2]!,
    )
    const truth = 'ground_truth/bent'
    const make = async (folder: string) => {
      const root = mvtec(folder)
      fs.rmSync(path.join(root, 'nut', truth), { recursive: true })
      const tiff = { ...sides, channels: 1, format: 'unsigned' } as const
      write(root, `nut/${truth}/000_mask.tif`, encodeTiff(half, { ...tiff, bits: 8 }))
      write(root, `nut/${truth}/001_mask.tiff`, encodeTiff(wideBytes, { ...tiff, bits: 16 }))
      const jpeg = await Transformer.fromRgbaPixels(rgba, width, height).jpeg(90)
      write(root, `nut/${truth}/002_mask.jpg`, jpeg)
      return root
    }
    const made = temporaryFolder()
    const root = await make(made)
    const { folder, studio, image, classes, edit } = await opened(() => root)
    for (const n of [0, 1, 2]) await (await edit(image(`bent/00${n}.png`))).save()
    const workspace = path.join(folder, 'workspace')
    const list = await ddad(['masks', 'list', 'Set', '--workspace', workspace])
    expect(list.stdout.match(/Ada/g)).toHaveLength(3)

    const destination = path.join(folder, 'out')
    const args = ['masks', 'export', 'Set', '--to', destination, '--what', 'copy']
    const { code, stdout, stderr } = await ddad([...args, '--workspace', workspace, '--json'])
    expect(code, stderr).toBe(0)
    const result = JSON.parse(stdout) as MaskExport
    expect(result).toMatchObject({ corrected: 3, skipped: [], notes: [{}] })
    expect(result.notes[0]?.message).toMatch(/002_mask\.jpg .* written as .*002_mask\.png/)
    expect(stderr).toContain('002_mask.png')
    expect(fs.readdirSync(path.join(destination, 'nut', truth)).sort()).toEqual([
      '000_mask.tif',
      '001_mask.tiff',
      '002_mask.png',
    ])
    const pixels = async (name: string) => {
      const file = new Transformer(fs.readFileSync(path.join(destination, 'nut', truth, name)))
      return { raw: await file.rawPixels(), ...(await file.metadata()) }
    }
    expect((await pixels('000_mask.tif')).raw.length).toBe(width * height)
    const second = await pixels('001_mask.tiff')
    expect(second.raw.length).toBe(2 * width * height)
    expect(new Set(second.raw)).toEqual(new Set([0, 255]))

    const again = await studio.datasets.add(studio.datasets.register(destination).token, 'Again')
    for (const n of [0, 1, 2]) {
      const copied = studio.datasets.images(again).find((one) => one.path.endsWith(`t/00${n}.png`))!
      const before = await classes(image(`bent/00${n}.png`).maskVersionId!)
      expect(await classes(copied.maskVersionId!)).toEqual(before)
    }
  })

  it('keeps the classes of VisA and of LOCO’s regions', async () => {
    const visa = (folder: string) => {
      const root = path.join(folder, 'VisA')
      for (const n of [0, 1]) write(root, `pcb/Data/Images/Normal/00${n}.png`, grey())
      write(root, 'pcb/Data/Images/Anomaly/000.png', grey())
      write(
        root,
        'pcb/Data/Masks/Anomaly/000.png',
        grey((i) => (i < 12 ? 3 : 0)),
      )
      return root
    }
    const loco = (folder: string) => {
      const root = path.join(folder, 'LOCO')
      write(root, 'bag/train/good/000.png', grey())
      write(root, 'bag/test/good/000.png', grey())
      write(root, 'bag/test/logical_anomalies/000.png', grey())
      const region = 'bag/ground_truth/logical_anomalies/000'
      write(
        root,
        `${region}/000.png`,
        grey((i) => (i < 12 ? 200 : 0)),
      )
      write(
        root,
        `${region}/001.png`,
        grey((i) => (i > 100 ? 4 : 0)),
      )
      return root
    }
    for (const make of [visa, loco]) {
      const { folder, studio, dataset, image, classes, edit } = await opened(make)
      const name = make === visa ? 'Anomaly/000.png' : 'logical_anomalies/000.png'
      const { editor, save } = await edit(image(name), 2)
      const saved = await save()
      expect(await classes(saved.id)).toEqual(editor.mask)
      expect(new Set(editor.mask.data)).toEqual(new Set(make === visa ? [0, 2, 3] : [0, 2, 4, 200]))
      const destination = path.join(folder, 'out')
      await studio.maskExport.write(dataset, destination, 'copy', quiet)
      const again = await studio.datasets.add(studio.datasets.register(destination).token, 'Again')
      const copied = studio.datasets.images(again).find(({ anomalous }) => anomalous)!
      expect(await classes(copied.maskVersionId!)).toEqual(editor.mask)
    }
  })
})
