import { rmSync } from 'node:fs'
import path from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { scanFolder } from '../../../../../../src/main/background/datasets/scan/scan-folder.ts'
import type { Scan } from '../../../../../../src/shared/processes/background.ts'
import { makeTree, mask, type Content } from './tree.ts'

const roots: string[] = []
afterEach(() => {
  for (const root of roots.splice(0)) rmSync(root, { recursive: true, force: true })
})

async function scanOf(files: Record<string, Content>, inside = ''): Promise<Scan> {
  const root = await makeTree(files)
  roots.push(root)
  return scanFolder(path.join(root, inside))
}

/** Lines `split defect path ← masks`, to compare at a glance. */
const placed = ({ images }: Scan) =>
  images.map(
    ({ category, split, defectType, path: file, masks }) =>
      `${category} ${split} ${defectType} ${file}${masks.map((m) => ` ← ${m.path}`).join('')}`,
  )

const kinds = ({ report }: Scan) => report.problems.map(({ kind, path: file }) => `${kind} ${file}`)

const mvtec: Record<string, Content> = {
  'bottle/train/good/000.png': 'image',
  'bottle/test/good/000.png': 'image',
  'bottle/test/broken_small/000.png': 'image',
  'bottle/test/not_good/000.png': 'image',
  'bottle/ground_truth/broken_small/000_mask.png': mask(0, 255),
  'bottle/ground_truth/not_good/000_mask.png': mask(0, 255),
  'license.txt': { text: 'CC BY-NC-SA' },
}

describe('MVTec AD', () => {
  it('is recognised from its root', async () => {
    const scan = await scanOf(mvtec)
    expect(scan.layout).toBe('mvtec-ad')
    expect(placed(scan)).toEqual([
      'bottle train good bottle/train/good/000.png',
      'bottle test broken_small bottle/test/broken_small/000.png ← bottle/ground_truth/broken_small/000_mask.png',
      'bottle test good bottle/test/good/000.png',
      'bottle test not_good bottle/test/not_good/000.png ← bottle/ground_truth/not_good/000_mask.png',
    ])
    expect(scan.report).toMatchObject({
      imageCount: 4,
      maskCount: 2,
      problems: [],
      categories: [
        {
          name: 'bottle',
          nominalTrain: 1,
          nominalValidation: 0,
          nominalTest: 1,
          defects: { broken_small: 1, not_good: 1 },
        },
      ],
    })
    expect(scan.images[0]).toMatchObject({ width: 8, height: 8, anomalous: false })
    expect(scan.images[0]!.sha256).toMatch(/^[0-9a-f]{64}$/)
    expect(scan.images[3]!.anomalous).toBe(true)
  })

  it('is recognised from a single category', async () => {
    const scan = await scanOf(mvtec, 'bottle')
    expect(scan.layout).toBe('mvtec-ad')
    expect(placed(scan)[0]).toBe('bottle train good train/good/000.png')
  })
})

it('MPDD: as MVTec AD, in a wrapping folder with its own files beside', async () => {
  const scan = await scanOf({
    'MPDD/bracket_black/train/good/000.png': 'image',
    'MPDD/bracket_black/test/good/000.png': 'image',
    'MPDD/bracket_black/test/hole/000.png': 'image',
    'MPDD/bracket_black/test/scratches/000.png': 'image',
    'MPDD/bracket_black/ground_truth/hole/000_mask.png': mask(0, 255),
    'MPDD/bracket_black/ground_truth/scratches/000_mask.png': mask(0, 255),
    'MPDD/tubes/train/good/000.png': 'image',
    'MPDD/tubes/test/anomalous/000.png': 'image',
    'MPDD/tubes/ground_truth/anomalous/000_mask.png': mask(0, 255),
    'MPDD/README.md': { text: 'Metal parts' },
    'MPDD/Thumbs.db': { text: 'x' },
  })
  expect(scan.layout).toBe('mvtec-ad')
  expect(scan.report).toMatchObject({
    imageCount: 6,
    maskCount: 3,
    problems: [],
    categories: [
      { name: 'bracket_black', defects: { hole: 1, scratches: 1 } },
      { name: 'tubes', nominalTest: 0, defects: { anomalous: 1 } },
    ],
  })
})

it('MVTec AD 2, without its private images', async () => {
  const scan = await scanOf({
    'can/train/good/000_regular.png': 'image',
    'can/validation/good/000_regular.png': 'image',
    'can/test_public/good/000_shift_1.png': 'image',
    'can/test_public/bad/001_overexposed.png': 'image',
    'can/test_public/ground_truth/bad/001_overexposed_mask.png': mask(0, 255),
    'can/test_private/000_regular.png': 'image',
    'can/test_private_mixed/000_mixed.png': 'image',
    'can/readme.txt': { text: 'shift_1, shift_2, shift_3' },
  })
  expect(scan.layout).toBe('mvtec-ad-2')
  expect(placed(scan)).toEqual([
    'can train good can/train/good/000_regular.png',
    'can validation good can/validation/good/000_regular.png',
    'can test good can/test_public/good/000_shift_1.png',
    'can test bad can/test_public/bad/001_overexposed.png ← can/test_public/ground_truth/bad/001_overexposed_mask.png',
  ])
  expect(kinds(scan)).toEqual([])
})

it('MVTec LOCO AD, with a mask for each region and codes as values', async () => {
  const truth = 'pushpins/ground_truth/logical_anomalies/000'
  const scan = await scanOf({
    'pushpins/train/good/000.png': 'image',
    'pushpins/validation/good/000.png': 'image',
    'pushpins/test/good/000.png': 'image',
    'pushpins/test/logical_anomalies/000.png': 'image',
    'pushpins/test/structural_anomalies/000.png': 'image',
    [`${truth}/000.png`]: mask(0, 254),
    [`${truth}/001.png`]: mask(0, 250, 254),
    'pushpins/ground_truth/structural_anomalies/000/000.png': mask(0, 240),
    'pushpins/defects_config.json': { text: '[]' },
  })
  expect(scan.layout).toBe('mvtec-loco')
  expect(placed(scan)).toContain(
    `pushpins test logical_anomalies pushpins/test/logical_anomalies/000.png ← ${truth}/000.png ← ${truth}/001.png`,
  )
  expect(scan.report).toMatchObject({ imageCount: 5, maskCount: 3, problems: [] })
})

const visaRaw: Record<string, Content> = {
  'pcb1/Data/Images/Normal/0000.JPG': 'image',
  'pcb1/Data/Images/Normal/0001.JPG': 'image',
  'pcb1/Data/Images/Anomaly/000.JPG': 'image',
  'pcb1/Data/Masks/Anomaly/000.png': mask(0, 1, 4),
  'pcb1/image_anno.csv': { text: 'image,label,mask\n' },
}

describe('VisA', () => {
  it('is split by its table, masks hold class indices', async () => {
    const scan = await scanOf({
      ...visaRaw,
      'split_csv/1cls.csv': {
        text: [
          'object,split,label,image,mask',
          'pcb1,train,normal,pcb1/Data/Images/Normal/0001.JPG,',
          'pcb1,test,normal,pcb1/Data/Images/Normal/0000.JPG,',
          'pcb1,test,anomaly,pcb1/Data/Images/Anomaly/000.JPG,pcb1/Data/Masks/Anomaly/000.png',
          'pcb1,test,anomaly,pcb1/Data/Images/Anomaly/999.JPG,pcb1/Data/Masks/Anomaly/999.png',
          'candle,train,normal,candle/Data/Images/Normal/0000.JPG,',
        ].join('\r\n'),
      },
      'split_csv/2cls_fewshot.csv': { text: 'object,split,label,image,mask' },
      'pcb1/Data/Images/Normal/0002.JPG': 'image',
      'pcb1/Data/Masks/Anomaly/777.png': mask(0, 2),
      'LICENSE-DATASET': { text: 'CC BY 4.0' },
    })
    expect(scan.layout).toBe('visa')
    expect(placed(scan)).toEqual([
      'pcb1 train good pcb1/Data/Images/Normal/0001.JPG',
      'pcb1 test good pcb1/Data/Images/Normal/0000.JPG',
      'pcb1 test anomaly pcb1/Data/Images/Anomaly/000.JPG ← pcb1/Data/Masks/Anomaly/000.png',
    ])
    expect(kinds(scan)).toEqual([
      'unreadable-image pcb1/Data/Images/Anomaly/999.JPG',
      'not-listed pcb1',
      'extra-mask pcb1/Data/Masks/Anomaly/777.png',
    ])
  })

  it('says so when it has to split by itself', async () => {
    const scan = await scanOf(visaRaw)
    expect(scan.layout).toBe('visa')
    expect(scan.report.recognisedBy).toContain('every fifth')
    expect(scan.report.imageCount).toBe(3)
  })

  it('is recognised after preparation: JPG images, PNG masks of the same stem', async () => {
    const scan = await scanOf({
      'candle/train/good/0000.JPG': 'image',
      'candle/test/good/0001.JPG': 'image',
      'candle/test/bad/000.JPG': 'image',
      'candle/ground_truth/bad/000.png': mask(0, 255),
    })
    expect(scan.layout).toBe('visa-1cls')
    expect(placed(scan)).toContain(
      'candle test bad candle/test/bad/000.JPG ← candle/ground_truth/bad/000.png',
    )
  })
})

it('BTAD: ok and ko, several formats, in a wrapping folder', async () => {
  const scan = await scanOf({
    'BTech_Dataset_transformed/01/train/ok/0000.bmp': 'image',
    'BTech_Dataset_transformed/01/test/ok/0000.bmp': 'image',
    'BTech_Dataset_transformed/01/test/ko/0000.bmp': 'image',
    'BTech_Dataset_transformed/01/ground_truth/ko/0000.png': mask(0, 255),
    'BTech_Dataset_transformed/02/train/ok/0000.png': 'image',
    'BTech_Dataset_transformed/02/test/ok/0000.png': 'image',
    'BTech_Dataset_transformed/02/test/ko/0000.png': 'image',
    'BTech_Dataset_transformed/02/ground_truth/ko/0000.png': mask(0, 255),
    'BTech_Dataset_transformed/03/train/ok/0000.bmp': 'image',
    'BTech_Dataset_transformed/03/test/ko/0007.bmp': 'image',
    'BTech_Dataset_transformed/03/ground_truth/ko/0007.bmp': mask(0, 255),
  })
  expect(scan.layout).toBe('btad')
  expect(scan.report.categories.map(({ name }) => name)).toEqual(['01', '02', '03'])
  expect(scan.report).toMatchObject({ imageCount: 8, maskCount: 3, problems: [] })
  expect(scan.images.filter(({ anomalous }) => !anomalous).map((i) => i.defectType)).toEqual(
    Array.from({ length: 5 }, () => 'good'),
  )
})

it('magnetic tiles: masks beside the photographs, antialiased values reported', async () => {
  const free = Object.fromEntries(
    Array.from({ length: 10 }, (_, i) => [`MT_Free/Imgs/exp1_num_${i}.jpg`, 'image' as const]),
  )
  const scan = await scanOf({
    ...free,
    'MT_Free/Imgs/exp1_num_0.png': mask(0),
    'MT_Blowhole/Imgs/exp1_num_4727.jpg': 'image',
    'MT_Blowhole/Imgs/exp1_num_4727.png': mask(0, 3, 250, 255),
  })
  expect(scan.layout).toBe('mtd')
  expect(scan.report.categories).toEqual([
    {
      name: 'magnetic-tile',
      nominalTrain: 8,
      nominalValidation: 0,
      nominalTest: 2,
      defects: { blowhole: 1 },
    },
  ])
  expect(kinds(scan)).toEqual(['mask-not-binary MT_Blowhole/Imgs/exp1_num_4727.png'])
})

describe('Real-IAD', () => {
  const files: Record<string, Content> = {
    'realiad_256/toy/OK/S0001/toy_0001_OK_C1.jpg': 'image',
    'realiad_256/toy/OK/S0002/toy_0002_OK_C1.jpg': 'image',
    'realiad_256/toy/NG/HS/S0003/toy_0003_NG_HS_C1.jpg': 'image',
    'realiad_256/toy/NG/HS/S0003/toy_0003_NG_HS_C1_mask.png': mask(0, 255),
  }
  const json = (test: object[]) => ({
    text: JSON.stringify({
      meta: { prefix: 'toy/', normal_class: 'OK' },
      train: [
        {
          category: 'toy',
          anomaly_class: 'OK',
          image_path: 'OK/S0001/toy_0001_OK_C1.jpg',
          mask_path: null,
        },
      ],
      test,
    }),
  })

  it('is split by its list, whose paths stay inside', async () => {
    const anomaly = 'NG/HS/S0003/toy_0003_NG_HS_C1'
    const scan = await scanOf({
      ...files,
      'realiad_jsons/toy.json': json([
        { anomaly_class: 'HS', image_path: `${anomaly}.jpg`, mask_path: `${anomaly}_mask.png` },
        { anomaly_class: 'OK', image_path: 'OK/S0002/toy_0002_OK_C1.jpg' },
        { anomaly_class: 'HS', image_path: '../../../../etc/passwd', mask_path: null },
      ]),
      'realiad_jsons_sv/toy.json': { text: 'not read' },
    })
    expect(scan.layout).toBe('real-iad')
    expect(placed(scan)).toEqual([
      'toy train good realiad_256/toy/OK/S0001/toy_0001_OK_C1.jpg',
      `toy test HS realiad_256/toy/${anomaly}.jpg ← realiad_256/toy/${anomaly}_mask.png`,
      'toy test good realiad_256/toy/OK/S0002/toy_0002_OK_C1.jpg',
    ])
    expect(kinds(scan)).toEqual(['outside-root realiad_jsons/toy.json'])
  })

  it('is placed by its folders without a list; views without a visible defect are nominal', async () => {
    const scan = await scanOf({
      ...files,
      'realiad_256/toy/NG/HS/S0003/toy_0003_NG_HS_C2.jpg': 'image',
      'realiad_256/toy/NG/QS/S0004/toy_0004_NG_QS_C1.jpg': 'image',
    })
    expect(scan.layout).toBe('real-iad')
    expect(placed(scan).slice(2)).toEqual([
      'toy test HS realiad_256/toy/NG/HS/S0003/toy_0003_NG_HS_C1.jpg ← realiad_256/toy/NG/HS/S0003/toy_0003_NG_HS_C1_mask.png',
      'toy test good realiad_256/toy/NG/HS/S0003/toy_0003_NG_HS_C2.jpg',
      'toy test QS realiad_256/toy/NG/QS/S0004/toy_0004_NG_QS_C1.jpg',
    ])
    expect(kinds(scan)).toEqual(['missing-mask realiad_256/toy/NG/QS/S0004/toy_0004_NG_QS_C1.jpg'])
    expect(scan.report.recognisedBy).toContain('1 without a JSON file')
  })

  it('tells the same category in several sizes apart, and says what a list leaves out', async () => {
    const small = Object.entries(files).map(([name, what]) => [name.replace('256', '512'), what])
    const scan = await scanOf({
      ...files,
      ...(Object.fromEntries(small) as Record<string, Content>),
      'realiad_jsons/toy.json': json([]),
    })
    expect(scan.report.categories.map(({ name }) => name)).toEqual([
      'realiad_256/toy',
      'realiad_512/toy',
    ])
    expect(kinds(scan)).toEqual(['not-listed realiad_256/toy', 'not-listed realiad_512/toy'])
    expect(scan.report.problems[0]?.message).toContain('2 images are not in')
  })

  it('reports a list that cannot be read', async () => {
    const scan = await scanOf({ ...files, 'realiad_jsons/toy.json': { text: '{"train": 1' } })
    expect(kinds(scan)).toEqual(['unreadable-image realiad_jsons/toy.json'])
    expect(scan.images).toEqual([])
  })
})

describe('plain folders', () => {
  it('take folders beside good ones as defects', async () => {
    const good = Object.fromEntries(
      Array.from({ length: 5 }, (_, i) => [`Good/${i}.png`, 'image' as const]),
    )
    const scan = await scanOf({
      ...good,
      'dust/a.png': 'image',
      'dust/b.png': 'image',
      'masks/dust/a.png': mask(0, 255),
      'masks/b_mask.png': mask(0, 255),
    })
    expect(scan.layout).toBe('plain')
    expect(scan.report.categories).toMatchObject([
      { nominalTrain: 4, nominalTest: 1, defects: { dust: 2 } },
    ])
    expect(
      placed(scan)
        .slice(5)
        .map((line) => line.split(' ').slice(2).join(' ')),
    ).toEqual(['dust dust/a.png ← masks/dust/a.png', 'dust dust/b.png ← masks/b_mask.png'])
  })

  it('take images only as training images', async () => {
    const scan = await scanOf({ 'a.png': 'image', 'b.jpg': 'image' })
    expect(scan.layout).toBe('plain')
    expect(scan.images.map(({ split, defectType }) => [split, defectType])).toEqual([
      ['train', 'good'],
      ['train', 'good'],
    ])
  })
})
