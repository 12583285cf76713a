import { expect, test } from 'vitest'
import { exportMask, maskPlace } from '../../../../src/shared/masks/export-conventions.ts'
import { drawMask, picture } from './picture.ts'

const mask = picture('1..3', '.1..', '...1')

test.each([
  ['mvtec-ad', 'bottle/test/broken_large/003.png', 'bottle/ground_truth/broken_large/003_mask.png'],
  ['mvtec-ad', 'test/crack/003.png', 'ground_truth/crack/003_mask.png'],
  [
    'mvtec-ad-2',
    'can/test_public/bad/000_regular.png',
    'can/test_public/ground_truth/bad/000_regular_mask.png',
  ],
  [
    'mvtec-loco',
    'pushpins/test/logical_anomalies/012.png',
    'pushpins/ground_truth/logical_anomalies/012',
  ],
  ['visa', 'pcb1/Data/Images/Anomaly/007.JPG', 'pcb1/Data/Masks/Anomaly/007.png'],
  ['visa-1cls', 'pcb1/test/bad/007.JPG', 'pcb1/ground_truth/bad/007.png'],
  ['btad', '01/test/ko/0001.bmp', '01/ground_truth/ko/0001.png'],
  ['btad', '03/test/ko/0001.bmp', '03/ground_truth/ko/0001.bmp'],
  ['mtd', 'MT_Crack/Imgs/exp1_num_2.jpg', 'MT_Crack/Imgs/exp1_num_2.png'],
  ['real-iad', 'usb/NG/AK/S0001/usb_0001_C1.jpg', 'usb/NG/AK/S0001/usb_0001_C1_mask.png'],
  ['plain', 'part/scratch/a.b.tif', 'part/ground_truth/scratch/a.b_mask.png'],
  ['plain', 'a.png', 'ground_truth/a_mask.png'],
] as const)('%s keeps the mask of %s at %s', (layout, image, place) => {
  expect(maskPlace(layout, image)).toBe(place)
})

test.each([
  ['mvtec-ad', 'bottle/train/good/003.png'],
  ['mvtec-ad-2', 'can/validation/good/003.png'],
  ['visa', 'pcb1/003.JPG'],
  ['real-iad', 'usb/OK/S0001/a.jpg'],
] as const)('%s has no place for a mask of %s', (layout, image) => {
  expect(() => maskPlace(layout, image)).toThrow(image)
})

test('binary layouts store 0 and 255', () => {
  const [file] = exportMask('btad', '03/test/ko/1.bmp', mask)
  expect(file).toMatchObject({ width: 4, height: 3, format: 'bmp' })
  expect([...file!.data]).toEqual([255, 0, 0, 255, 0, 255, 0, 0, 0, 0, 0, 255])
})

test('VisA keeps class indices', () => {
  const [file] = exportMask('visa', 'pcb1/Data/Images/Anomaly/007.JPG', mask)
  expect(file!.data).toEqual(mask.data)
})

test('LOCO has one file for each region of each class', () => {
  const files = exportMask('mvtec-loco', 'c/test/logical_anomalies/5.png', mask)
  expect(files.map(({ path }) => path)).toEqual(
    ['000', '001', '002'].map((name) => `c/ground_truth/logical_anomalies/5/${name}.png`),
  )
  expect(files.map((file) => drawMask(file))).toEqual([
    ['1...', '.1..', '....'],
    ['....', '....', '...1'],
    ['...3', '....', '....'],
  ])
  expect(exportMask('mvtec-loco', 'c/test/good/5.png', picture('..'))).toEqual([])
})
