import { rmSync } from 'node:fs'
import { afterEach, describe, expect, it } from 'vitest'
import { scanFolder } from '../../../../../../src/main/background/datasets/scan/scan-folder.ts'
import type { Scan } from '../../../../../../src/shared/processes/background.ts'
import { makeTree, mask, type Content } from './tree.ts'

const roots: string[] = []
afterEach(() => {
  for (const root of roots.splice(0)) rmSync(root, { recursive: true, force: true })
})

/** `folder/name.png 3 m` makes three files; m: masks, e: empty masks, otherwise images. */
async function scanOf(...lines: string[]): Promise<Scan> {
  const files: Record<string, Content> = {}
  for (const line of lines) {
    const [, name = '', count = '1', kind] = /^(.*?)(?: (\d+))?(?: ([met]))?$/.exec(line) ?? []
    for (let i = 0; i < Number(count); i++) {
      const content: Record<string, Content> = {
        m: mask(0, 0, 0, 255),
        e: mask(0),
        t: { text: 'x' },
      }
      files[name.replace(/#(?!recycle)/, String(i).padStart(3, '0'))] =
        content[kind ?? ''] ?? 'image'
    }
  }
  const root = await makeTree(files)
  roots.push(root)
  return scanFolder(root)
}

/** Counts in one line: train, validation, test, defects by name, masks. */
function counts({ report }: Scan): string {
  return [
    ...report.categories.map(({ nominalTrain, nominalValidation, nominalTest, defects }) => {
      const kinds = Object.entries(defects).map(([name, count]) => `${name} ${count}`)
      return [nominalTrain, nominalValidation, nominalTest, ...kinds].join(' ')
    }),
    `masks ${report.maskCount}`,
  ].join(' | ')
}

const uses = ({ report }: Scan) =>
  report.account!.groups.map(({ use, as, count }) => `${use}: ${as} ${count}`)

describe('splits are read in any case and by any usual name', () => {
  it.each([
    ['train/good', 'test/good', 'test/bad'],
    ['train/normal', 'test/normal', 'test/bad'],
    ['Train/OK', 'Test/OK', 'Test/bad'],
    ['TRAIN/Good', 'TEST/GOOD', 'TEST/bad'],
    ['training/nominal', 'testing/Nominal', 'testing/bad'],
    ['train/defect-free', 'test/Defect Free', 'test/bad'],
    ['train', 'test/good', 'test/bad'],
  ])('%s, %s, %s', async (train, good, bad) => {
    const scan = await scanOf(`${train}/#.png 4`, `${good}/#.png 2`, `${bad}/#.png 3`)
    expect(counts(scan)).toBe('4 0 2 bad 3 | masks 0')
  })

  it('a test folder alone is a category without training images', async () => {
    const scan = await scanOf(
      'bottle/test/good/#.png 2',
      'bottle/test/crack/#.png 3',
      'bottle/ground_truth/crack/#_mask.png 3 m',
    )
    expect(counts(scan)).toBe('0 0 2 crack 3 | masks 3')
    expect(scan.report.recognisedBy).toContain('Without training images: bottle')
  })

  it('val is validation; what is defective in training is counted and left out', async () => {
    const scan = await scanOf(
      'train/good/#.png 4',
      'train/bad/#.png 2',
      'val/good/#.png 3',
      'val/bad/x.png',
      'test/good/#.png',
      'test/bad/#.png',
    )
    expect(counts(scan)).toBe('4 3 1 bad 1 | masks 0')
    expect(scan.report.problems.filter(({ kind }) => kind === 'left-out')).toMatchObject([
      { path: 'train/bad', message: expect.stringContaining('2 files') },
      { path: 'val/bad', message: expect.stringContaining('1 file') },
    ])
  })

  it('says that images right in a test folder with kinds are undecided', async () => {
    const scan = await scanOf('train/good/#.png 2', 'test/bad/#.png', 'test/#.png 3')
    expect(uses(scan)).toContain(
      'undecidable: right in the test folder: good or defective is not said 3',
    )
  })
})

describe('masks are no defects and are not trained on', () => {
  const set = ['train/good/#.png 4', 'test/good/1#.png 2', 'test/bad/2#.png 3']
  it.each([
    'test/mask/2#.png',
    'test/masks/2#_mask.png',
    'test/Ground Truth/bad/2#.png',
    'gt/bad/2#.png',
    'GT/2#_gt.png',
    'masks/test/bad/2#.png',
    'ground_truth/bad/2#_mask.bmp',
    'SegmentationClass/2#.png',
    'labels/2#.png',
    'annotations/bad/2#_label.png',
    'segmentation/bad/2#.png',
    'test/bad/mask/2#.png',
    'test/bad/2#_mask.png',
    'test/bad/2#_GT.bmp',
    'test/bad/2#.bmp',
    // By what is in it alone.
    'test/painted/2#.png',
  ])('%s', async (place) => {
    expect(counts(await scanOf(...set, `${place} 3 m`))).toBe('4 0 2 bad 3 | masks 3')
  })

  it('a defect may be called label, when its pictures are photographs', async () => {
    const scan = await scanOf(...set, 'test/label/2#.png 2')
    expect(counts(scan)).toBe('4 0 2 bad 3 label 2 | masks 0')
  })

  it('beside images in one folder they say which are defective', async () => {
    const scan = await scanOf('#.jpg 6', '000_mask.png m', '001_mask.png e')
    expect(counts(scan)).toBe('4 0 1 defect 1 | masks 1')
    expect(uses(scan)).toContain('mask: the empty mask of a good image 1')
  })

  it('of good images may be empty; one that marks something is a contradiction', async () => {
    const scan = await scanOf(
      ...set,
      'ground_truth/good/1000_mask.png e',
      'ground_truth/good/1001_mask.png m',
    )
    expect(scan.report.problems.map(({ kind }) => kind)).toContain('mask-of-good')
    expect(uses(scan)).toContain('undecidable: a mask that marks a defect on a good image 1')
    expect(counts(scan)).toBe('4 0 2 bad 3 | masks 0')
  })

  it('a mask that several images could have is given to none', async () => {
    const scan = await scanOf('good/#.png 5', 'a/x.png', 'b/x.png', 'masks/x.png m')
    expect(uses(scan)).toContain('undecidable: a mask that several images could have 1')
  })
})

describe('names of good images', () => {
  it.each([
    [['train/ok_front/#.png 3', 'test/ok_front/#.png', 'test/def_front/#.png 2'], 'def_front 2'],
    [['Training/gut/#.png 3', 'Test/gut/#.png', 'Test/schlecht/#.png 2'], 'schlecht 2'],
    [['train/A17/#.png 3', 'test/A17/#.png', 'test/A18/#.png 2'], 'A18 2'],
    [['训练/正常/#.png 3', '测试/正常/#.png', '测试/异常/#.png 2'], '异常 2'],
    [
      ['train/good parts/#.png 3', 'test/Good_2/#.png', 'test/normal_scratch/#.png 2'],
      'normal_scratch 2',
    ],
  ])('%j', async (lines, defects) => {
    expect(counts(await scanOf(...lines))).toBe(`3 0 1 ${defects} | masks 0`)
  })

  it('are no guess where a training folder has several kinds, or defects alone', async () => {
    const several = await scanOf('train/A/#.png 2', 'train/B/#.png 2', 'test/A/#.png')
    expect(counts(several)).toBe('0 0 0 A 1 | masks 0')
    const bad = await scanOf('train/bad/#.png 2', 'test/bad/#.png', 'test/x/#.png')
    expect(counts(bad)).toBe('0 0 0 bad 1 x 1 | masks 0')
    // Where the test folder says what is good, another name in training is not.
    const named = await scanOf('train/crack/#.png 2', 'test/good/#.png', 'test/crack/#.png')
    expect(counts(named)).toBe('0 0 1 crack 1 | masks 0')
  })

  it('are said to be all where annotations of the images are not read', async () => {
    const scan = await scanOf('images/#.png 3', 'labels/000.txt t', 'labels/001.txt t')
    const [said] = scan.report.problems.filter(({ kind }) => kind === 'annotated')
    expect(said?.message).toMatch(/^2 images have an annotation/)
  })
})

describe('nested folders', () => {
  it.each([
    [['good/#.png 5', 'defect/crack/#.png 3', 'defect/dent/#.png 2'], '4 0 1 crack 3 dent 2'],
    [['OK/cam1/#.png 5', 'OK/cam2/#.png 5', 'NG/scratch/#.png 3'], '8 0 2 scratch 3'],
    [['OK/#.png 5', 'NG/lotA/#.png 3'], '4 0 1 NG 3'],
    [['good/#.png 5', 'crack/cam1/#.png 2', 'crack/#.png'], '4 0 1 crack 3'],
    [['train/good/lotA/#.png 2', 'train/good/#.png', 'test/bad/cam1/#.png 2'], '3 0 0 bad 2'],
    [['train/good/#.png 2', 'test/defective/hole/#.png 2', 'test/ok/c/#.png'], '2 0 1 hole 2'],
  ])('%j', async (lines, expected) => {
    expect(counts(await scanOf(...lines))).toBe(`${expected} | masks 0`)
  })

  it('finds masks in folders nested the same way', async () => {
    const scan = await scanOf(
      'train/good/#.png 2',
      'test/bad/cam1/#.png 2',
      'test/bad/cam2/#.png 2',
      'ground_truth/bad/cam1/#_mask.png 2 m',
      'ground_truth/bad/cam2/#_mask.png 2 m',
    )
    expect(
      scan.images.flatMap(({ path, masks }) => masks.map((one) => `${path} ${one.path}`)),
    ).toEqual(
      ['cam1/000', 'cam1/001', 'cam2/000', 'cam2/001'].map(
        (name) => `test/bad/${name}.png ground_truth/bad/${name}_mask.png`,
      ),
    )
  })

  it('names what no category has room for: other depths, other layouts, other formats', async () => {
    const scan = await scanOf(
      'bottle/train/good/#.png 2',
      'bottle/test/good/#.png',
      'more/cable/train/good/#.png 3',
      'others/good/#.png 2',
      'bottle/train/good/x.gif t',
      'bottle/train/good/y.avif t',
      'bottle/train/good/@eaDir/000.png t',
      '#recycle/a.png t',
      '$RECYCLE.BIN/a.png t',
      'lost+found/a.png t',
      'Thumbs.db t',
      'readme.txt t',
    )
    expect(counts(scan)).toBe('2 0 1 | masks 0')
    expect(uses(scan).filter((use) => use.startsWith('left-out'))).toEqual([
      'left-out: a hidden file or one of the system 5',
      'left-out: images in folders that the layout has no place for 5',
      'left-out: pictures of a format that is not read (.gif) 1',
      'left-out: pictures of a format that is not read (.avif) 1',
      'left-out: no picture (.txt) 1',
    ])
    expect(
      scan.report.problems.map(({ path, message }) => `${path} ${message.split(',')[0]}`),
    ).toEqual([
      'bottle/train 1 file',
      'bottle/train 1 file',
      'more/cable 3 files',
      'others/good 2 files',
    ])
  })
})

describe('data sets whose masks say which images are defective', () => {
  it('KolektorSDD2', async () => {
    const scan = await scanOf(
      'train/#.png 3',
      'train/#_GT.png 3 e',
      'train/100.png',
      'train/100_GT.png m',
      'test/20#.png 2',
      'test/20#_GT.png 2 m',
      'test/300.png',
      'test/300_GT.png e',
    )
    expect(scan.layout).toBe('kolektor-sdd2')
    expect(counts(scan)).toBe('3 0 1 defect 2 | masks 2')
    expect(uses(scan)).toContain(
      'left-out: defective images of the training folder, which learns from good ones 2',
    )
  })

  it('KolektorSDD', async () => {
    const items = ['kos01', 'kos02', 'kos03', 'kos04', 'kos05']
    const scan = await scanOf(
      ...items.flatMap((item) => [`${item}/Part#.jpg 2`, `${item}/Part#_label.bmp 2 e`]),
      'kos01/Part5.jpg',
      'kos01/Part5_label.bmp m',
    )
    expect(scan.layout).toBe('kolektor-sdd')
    expect(counts(scan)).toBe('8 0 2 defect 1 | masks 1')
  })

  it('DAGM 2007', async () => {
    const scan = await scanOf(
      'Class1/Train/0#.PNG 3',
      'Class1/Train/1000.PNG',
      'Class1/Train/Label/1000_label.PNG m',
      'Class1/Train/Label/Labels.txt t',
      'Class1/Test/2#.PNG 2',
      'Class1/Test/Label/2001_label.PNG m',
    )
    expect(scan.layout).toBe('dagm')
    expect(counts(scan)).toBe('3 0 1 defect 1 | masks 1')
  })

  it('the colour pictures of MVTec 3D-AD', async () => {
    const scan = await scanOf(
      'bagel/train/good/rgb/#.png 2',
      'bagel/train/good/xyz/#.tiff 2 t',
      'bagel/test/good/rgb/#.png',
      'bagel/test/good/gt/#.png e',
      'bagel/test/hole/rgb/#.png 2',
      'bagel/test/hole/gt/#.png 2 m',
    )
    expect(scan.layout).toBe('mvtec-3d')
    expect(counts(scan)).toBe('2 0 1 hole 2 | masks 2')
    expect(scan.report.problems).toEqual([])
  })

  it('magnetic tiles: all photographs of a tile are on one side', async () => {
    const tiles = Array.from({ length: 10 }, (_, i) => 100 + i)
    const scan = await scanOf(
      ...tiles.flatMap((tile) =>
        [1, 2, 3].map((light) => `MT_Free/Imgs/exp${light}_num_${tile}.jpg`),
      ),
      'MT_Edge chip/Imgs/exp1_num_9.jpg',
      'MT_Edge chip/Imgs/exp1_num_9.png m',
    )
    expect(counts(scan)).toBe('24 0 6 edge chip 1 | masks 1')
    const sides = Map.groupBy(
      scan.images.filter(({ anomalous }) => !anomalous),
      ({ path }) => path.replace(/.*num_/, ''),
    )
    for (const images of sides.values()) {
      expect(new Set(images.map(({ split }) => split)).size).toBe(1)
    }
  })
})
