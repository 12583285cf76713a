import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import fc from 'fast-check'
import { afterAll, expect, it } from 'vitest'
import { scanFolder } from '../../../../../../src/main/background/datasets/scan/scan-folder.ts'
import { encodeGreyPng } from '../../../../../../src/main/decode/png.ts'

const roots: string[] = []
afterAll(() => {
  for (const root of roots) rmSync(root, { recursive: true, force: true })
})

const side = 8
const photograph = (seed: number) =>
  encodeGreyPng(
    Uint8Array.from({ length: side * side }, (_, i) => (i * 7 + seed * 13 + ((i * i) % 11)) % 256),
    side,
    side,
  )
const empty = encodeGreyPng(new Uint8Array(side * side), side, side)
const marked = encodeGreyPng(
  Uint8Array.from({ length: side * side }, (_, i) => (i < side ? 255 : 0)),
  side,
  side,
)

const folderNames = fc.constantFrom(
  ...[
    'train',
    'Train',
    'TEST',
    'test',
    'val',
    'good',
    'Good',
    'OK',
    'NG',
    'normal',
    'bad',
    'crack',
  ],
  ...['ground_truth', 'gt', 'Masks', 'label', 'cam1', 'lotA', '@eaDir', '.cache', 'bottle', '000'],
  ...['MT_Free', 'Imgs', 'Data', 'Images', 'Normal', 'rgb', 'a b', 'é', 'test_public', 'kos01'],
)
const stems = fc.constantFrom(
  '000',
  '001',
  '000_mask',
  '001_GT',
  'é',
  'exp1_num_1',
  'Thumbs',
  'x.y',
)
const endings = fc.constantFrom(
  'png',
  'PNG',
  'jpg',
  'bmp',
  'tif',
  'gif',
  'avif',
  'txt',
  'csv',
  'json',
)
const contents = fc.constantFrom('photograph', 'empty', 'marked', 'damaged', 'nothing')
const files = fc.uniqueArray(
  fc.record({
    folders: fc.array(folderNames, { maxLength: 4 }),
    name: fc.tuple(stems, endings).map(([stem, ending]) => `${stem}.${ending}`),
    content: contents,
  }),
  {
    minLength: 1,
    maxLength: 24,
    selector: ({ folders, name }) => [...folders, name].join('/').toLowerCase(),
  },
)

function contentOf(content: string, index: number): Uint8Array {
  if (content === 'photograph') return photograph(index)
  if (content === 'empty') return empty
  if (content === 'marked') return marked
  return content === 'damaged' ? photograph(index).subarray(0, 40) : new Uint8Array(0)
}

it('accounts for every file of any tree once, and counts only those that are there', async () => {
  await fc.assert(
    fc.asyncProperty(files, async (tree) => {
      const root = mkdtempSync(path.join(tmpdir(), 'ddad-account-'))
      roots.push(root)
      // A nominal folder makes a data set of most trees.
      mkdirSync(path.join(root, 'good'))
      writeFileSync(path.join(root, 'good/first.png'), photograph(99))
      for (const [index, { folders, name, content }] of tree.entries()) {
        const folder = path.join(root, ...folders)
        mkdirSync(folder, { recursive: true })
        writeFileSync(path.join(folder, name), contentOf(content, index))
      }
      const there = readdirSync(root, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => path.relative(root, path.join(entry.parentPath, entry.name)))
        .sort()
      const { report, images, files: accounted } = await scanFolder(root)
      expect(accounted.map((file) => file.path).sort()).toEqual(there)
      expect(report.account?.total).toBe(there.length)
      const sum = report.account!.groups.reduce((total, { count }) => total + count, 0)
      expect(sum).toBe(there.length)
      const used = (use: string) =>
        accounted.filter((file) => file.use === use).map((file) => file.path)
      expect(used('image')).toEqual(images.map((image) => image.path).sort())
      for (const { masks } of images) {
        for (const mask of masks) expect(used('mask')).toContain(mask.path)
      }
    }),
    { numRuns: 120, seed: 17 },
  )
}, 120_000)
