import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { scanFolder } from '../../../../../../src/main/background/datasets/scan/scan-folder.ts'
import { encodeGreyPng } from '../../../../../../src/main/decode/png.ts'
import type { Reading } from '../../../../../../src/shared/datasets/reading.ts'
import type { Scan } from '../../../../../../src/shared/processes/background.ts'
import { withExif } from '../../../../../support/exif.ts'
import { makeTree, mask, type Content } from './tree.ts'

const roots: string[] = []
afterEach(() => {
  for (const root of roots.splice(0)) rmSync(root, { recursive: true, force: true })
})

async function treeOf(files: Readonly<Record<string, Content>>): Promise<string> {
  const root = await makeTree(files)
  roots.push(root)
  return root
}

const images = (...names: string[]): Record<string, Content> =>
  Object.fromEntries(names.map((name) => [name, 'image']))

/** Images by what they are. */
function kinds({ images: found }: Scan): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const { category, split, defectType } of found) {
    const key = `${/^ddad-scan-/.test(category) ? '' : `${category} `}${split} ${defectType}`
    counts[key] = (counts[key] ?? 0) + 1
  }
  return counts
}

const question = ({ report }: Scan, kind: string) =>
  report.questions!.find((one) => one.kind === kind)

/** The account holds every file once, whatever was chosen. */
async function scan(root: string, reading: Reading = {}): Promise<Scan> {
  const found = await scanFolder(root, { reading })
  const { account } = found.report
  expect(account!.groups.reduce((sum, { count }) => sum + count, 0)).toBe(account!.total)
  for (const { options, taken } of found.report.questions!) {
    expect(options.length).toBeGreaterThan(1)
    expect(options.length).toBeLessThanOrEqual(3)
    if (taken !== null) expect(options.map(({ value }) => value)).toContain(taken)
    for (const { examples } of options) expect(examples.length).toBeLessThanOrEqual(4)
  }
  return found
}

describe('folders whose names do not say which images are good', () => {
  it('are not guessed, and read as is chosen', async () => {
    const root = await treeOf({
      ...images('a/0.png', 'a/1.png', 'a/2.png', 'a/3.png', 'a/4.png', 'b/x.png', 'c/y.png'),
      'readme.txt': { text: 'x' },
    })
    const open = await scan(root)
    expect(open.images).toEqual([])
    expect(question(open, 'layout')!.taken).toBeNull()
    expect(question(open, 'layout')!.options.map(({ value }) => value)).toEqual([
      'good=a',
      'categories',
      'groups',
    ])
    expect(open.files.filter(({ use }) => use === 'undecidable')).toHaveLength(7)
    expect(kinds(await scan(root, { layout: 'good=a' }))).toEqual({
      'train good': 4,
      'test good': 1,
      'test b': 1,
      'test c': 1,
    })
    expect(kinds(await scan(root, { layout: 'categories' }))).toEqual({
      'a train good': 5,
      'b train good': 1,
      'c train good': 1,
    })
    const groups = await scan(root, { layout: 'groups' })
    expect(kinds(groups)).toEqual({ 'train good': 7 })
    // What each way comes to is what its table has said.
    const [good] = question(open, 'layout')!.options
    expect(good!.counts).toEqual([
      ['training, good', 4],
      ['test, good', 1],
      ['test, b', 1],
      ['test, c', 1],
    ])
    expect(question(groups, 'layout')!.taken).toBe('groups')
    await expect(scan(root, { layout: 'good=nowhere' })).rejects.toThrow('cannot be read as')
  })

  it('are told by the beginnings of file names, if that is chosen', async () => {
    const root = await treeOf(
      images('OK_0.png', 'OK_1.png', 'OK_2.png', 'OK_3.png', 'OK_4.png', 'NG_0.png', 'dent-1.png'),
    )
    const open = await scan(root)
    expect(question(open, 'layout')!.taken).toBeNull()
    expect(kinds(await scan(root, { layout: 'names' }))).toEqual({
      'train good': 4,
      'test good': 1,
      'test defect': 1,
      'test dent': 1,
    })
    expect(kinds(await scan(root, { layout: 'plain' }))).toEqual({ 'train good': 7 })
  })
})

it('asks about images beside folders of kinds', async () => {
  const root = await treeOf(
    images('train/good/0.png', 'test/good/0.png', 'test/crack/0.png', 'test/1.png', 'test/2.png'),
  )
  const open = await scan(root)
  expect(question(open, 'loose')).toMatchObject({ taken: 'left-out' })
  expect(open.files.filter(({ use }) => use === 'undecidable')).toHaveLength(2)
  expect(kinds(await scan(root, { loose: 'good' }))['test good']).toBe(3)
  const defects = await scan(root, { loose: 'defect' })
  expect(kinds(defects)['test defect']).toBe(2)
  expect(question(defects, 'loose')!.taken).toBe('defect')
})

it('asks about defects in a training folder', async () => {
  const root = await treeOf(
    images('train/good/0.png', 'train/bad/0.png', 'test/good/0.png', 'test/bad/1.png'),
  )
  expect(kinds(await scan(root))).toMatchObject({ 'test bad': 1 })
  const tested = await scan(root, { trained: 'test' })
  expect(kinds(tested)).toEqual({ 'train good': 1, 'test good': 1, 'test bad': 2 })
})

it('asks about good images whose masks mark something', async () => {
  const root = await treeOf({
    ...images('train/good/9.png', 'test/good/0.png', 'test/good/1.png', 'test/bad/0.png'),
    'ground_truth/good/0_mask.png': mask(0, 255),
    'ground_truth/good/1_mask.png': mask(0),
    'ground_truth/bad/0_mask.png': mask(0, 0, 255),
  })
  const open = await scan(root)
  expect(question(open, 'contradiction')!.options.map(({ counts }) => counts[0]![1])).toEqual([
    1, 1, 1,
  ])
  expect(kinds(open)['test good']).toBe(2)
  const defects = await scan(root, { contradiction: 'defect' })
  expect(kinds(defects)).toMatchObject({ 'test good': 1, 'test defect': 1, 'test bad': 1 })
  expect(defects.report.maskCount).toBe(2)
  const without = await scan(root, { contradiction: 'left-out' })
  expect(kinds(without)['test good']).toBe(1)
  expect(without.files.filter(({ as }) => as.includes('marks a defect'))).toHaveLength(2)
})

it.each([
  ['btad', 'train/ok/9.png', 'test/ok/', 'test/ko/5.png', 'ground_truth/ok/', '.png'],
  ['visa-1cls', 'train/good/9.png', 'test/good/', 'test/bad/5.png', 'ground_truth/good/', '.png'],
  [
    'mvtec-loco',
    ...['train/good/9.png', 'test/good/', 'test/logical_anomalies/5.png'],
    ...['ground_truth/good/', '/000.png'],
  ],
  [
    'mvtec-ad-2',
    ...['train/good/9.png', 'test_public/good/', 'test_public/bad/5.png'],
    ...['test_public/ground_truth/good/', '_mask.png'],
  ],
  [
    'visa',
    ...['part/Data/Images/Normal/9.png', 'part/Data/Images/Normal/'],
    ...['part/Data/Images/Anomaly/5.png', 'part/Data/Masks/Normal/', '.png'],
  ],
])('asks it in every layout: %s', async (layout, train, good, bad, masks, ending) => {
  const root = await treeOf({
    ...images(train, `${good}0.png`, `${good}1.png`, bad),
    [`${masks}0${ending}`]: mask(0, 255),
    [`${masks}1${ending}`]: mask(0),
    // By which this layout is known.
    ...(layout === 'visa-1cls' && { 'ground_truth/bad/5.png': mask(255, 0) }),
  })
  const open = await scan(root)
  expect(open.layout).toBe(layout)
  const options = question(open, 'contradiction')!.options
  expect(options.map(({ counts }) => counts[0]![1])).toEqual([1, 1, 1])
  const defects = await scan(root, { contradiction: 'defect' })
  expect(defects.images.filter(({ anomalous }) => anomalous)).toHaveLength(2)
})

it('asks what 255 beside class indices is', async () => {
  const root = await treeOf({
    ...images('train/good/0.png', 'test/good/0.png', 'test/bad/0.png'),
    'ground_truth/bad/0.png': mask(0, 0, 0, 1, 1, 1, 0, 255),
  })
  expect(question(await scan(root), 'void')).toMatchObject({ taken: 'left-out' })
  const defects = await scan(root, { void: 'defect' })
  expect(question(defects, 'void')).toMatchObject({ taken: 'defect' })
})

it('turns pictures with their masks when that is chosen, and takes masks of the turned size', async () => {
  const root = await treeOf(images('train/good/0.png', 'test/good/0.png'))
  const pixels = Uint8Array.from({ length: 12 * 6 }, (_, i) => (i * 37) % 256)
  const put = (name: string, bytes: Uint8Array) => {
    const file = path.join(root, name)
    mkdirSync(path.dirname(file), { recursive: true })
    writeFileSync(file, bytes)
  }
  const marks = Uint8Array.from({ length: 12 * 6 }, (_, i) => (i < 6 ? 255 : 0))
  put('test/bad/0.png', withExif(encodeGreyPng(pixels, 12, 6), 6))
  put('test/bad/1.png', withExif(encodeGreyPng(pixels.toReversed(), 12, 6), 6))
  put('ground_truth/bad/0.png', encodeGreyPng(marks, 12, 6))
  put('ground_truth/bad/1.png', encodeGreyPng(marks, 6, 12))
  const stored = await scan(root)
  expect(question(stored, 'turned')).toMatchObject({ taken: 'no' })
  const bad = ({ images: found }: Scan) => found.filter(({ anomalous }) => anomalous)
  expect(bad(stored).map(({ width, height, masks }) => [width, height, masks.length])).toEqual([
    [12, 6, 1],
    [12, 6, 0],
  ])
  const upright = await scan(root, { turned: 'yes' })
  expect(bad(upright)).toMatchObject([
    { width: 6, height: 12, orientation: 6, masks: [{ orientation: 6 }] },
    { width: 6, height: 12, orientation: 6, masks: [{}] },
  ])
  expect(bad(upright)[1]!.masks[0]).not.toHaveProperty('orientation')
})

it('asks nothing about data sets that say what they are', async () => {
  const root = await treeOf({
    ...images('bottle/train/good/0.png', 'bottle/test/good/0.png', 'bottle/test/bad/0.png'),
    'bottle/ground_truth/bad/0_mask.png': mask(0, 0, 255),
  })
  expect((await scan(root)).report.questions).toEqual([])
  const plain = await treeOf(images('good/0.png', 'good/1.png', 'crack/0.png'))
  expect((await scan(plain)).report.questions).toEqual([])
})

it('splits by group, whole groups on one side, the same for the same seed', async () => {
  const names = Array.from({ length: 40 }, (_, i) => `good/part_${i % 8}_shot${i}.png`)
  const root = await treeOf(images(...names, 'crack/0.png'))
  const split = { group: 'part_{group}_*', share: 0.25, seed: 3 }
  const found = await scan(root, { split })
  const sides = new Map<string, Set<string>>()
  for (const { path: file, split: side, anomalous } of found.images) {
    if (anomalous) continue
    const part = /part_(\d+)/.exec(file)![1]!
    sides.set(part, (sides.get(part) ?? new Set()).add(side))
  }
  expect([...sides.values()].every((own) => own.size === 1)).toBe(true)
  expect(kinds(found)).toEqual({ 'train good': 30, 'test good': 10, 'test crack': 1 })
  expect(kinds(await scan(root, { split }))).toEqual(kinds(found))
  const other = await scan(root, { split: { ...split, seed: 4 } })
  const tested = (one: Scan) =>
    one.images.filter((image) => image.split === 'test').map((image) => image.path)
  expect(tested(other)).not.toEqual(tested(found))
})
