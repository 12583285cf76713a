import type { DatasetLayout } from '../datasets/dataset.ts'
import { DdadError } from '../errors.ts'
import { fullBox, type Size } from './box.ts'
import { splitRegions } from './regions/islands.ts'
import { countByClass, type Mask } from './mask.ts'
import { reframe, selectClass } from './selection.ts'

/** One mask file as a data set's layout stores it: 8-bit, one channel, row-major. */
export interface MaskFile extends Size {
  /** Relative to the data set's root, with forward slashes. */
  readonly path: string
  readonly format: 'png' | 'bmp'
  readonly data: Uint8Array
}

/** Whether the pixels of a layout's masks hold the class of the defect, not only black and white. */
export function hasClasses(layout: DatasetLayout): boolean {
  return layout === 'visa' || layout === 'mvtec-loco'
}

/**
 * What a layout stores for a mask. Most hold one file of 0 and 255; VisA one file of class indices;
 * MVTec LOCO AD a folder with one file for each 8-connected region of each class, whose pixels hold
 * the class index (no file at all when the mask is empty).
 *
 * @param hasVoid The class {@link VOID_CLASS} is no defect and stays what it is, beside 1 for defects.
 * @param imagePath the image's path relative to the data set's root, with forward slashes.
 * Throws INVALID_INPUT when the layout has no place for a mask of that image.
 */
export function exportMask(
  layout: DatasetLayout,
  imagePath: string,
  mask: Mask,
  hasVoid = false,
): MaskFile[] {
  const place = maskPlace(layout, imagePath)
  const file = (path: string, data: Uint8Array): MaskFile => ({
    path,
    format: path.endsWith('.bmp') ? 'bmp' : 'png',
    width: mask.width,
    height: mask.height,
    data,
  })
  switch (layout) {
    case 'mvtec-loco':
      return regionsOf(mask).map((data, index) =>
        file(`${place}/${String(index).padStart(3, '0')}.png`, data),
      )
    case 'visa':
      return [file(place, mask.data.slice())]
    case 'mvtec-ad':
    case 'mvtec-ad-2':
    case 'visa-1cls':
    case 'btad':
    case 'mtd':
    case 'real-iad':
    case 'kolektor-sdd2':
    case 'kolektor-sdd':
    case 'dagm':
    case 'mvtec-3d':
    case 'plain':
      return [file(place, hasVoid ? mask.data.slice() : binary(mask))]
  }
}

/**
 * Where a layout keeps the mask of an image: a file, or for MVTec LOCO AD the folder of its regions.
 * Throws INVALID_INPUT when the layout has no place for a mask of that image.
 */
export function maskPlace(layout: DatasetLayout, imagePath: string): string {
  const folders = imagePath.split('/')
  const name = folders.pop() ?? ''
  const stem = name.replace(/\.[^.]*$/, '')
  const place = placeIn(layout, folders, stem)
  if (place) return place.join('/')
  throw new DdadError(
    'INVALID_INPUT',
    `The layout ${layout} has no place for a mask of ${imagePath}. The mask is kept in the workspace; choose an image of a test folder.`,
  )
}

/** The path in parts, from the image's folders (outermost first) and its name without ending. */
function placeIn(layout: DatasetLayout, folders: string[], stem: string): string[] | null {
  const base = folders.slice(0, -2)
  const [outer = '', type = ''] = folders.slice(-2)
  switch (layout) {
    case 'mvtec-ad': {
      const test = folders.findLastIndex((name) => /^test/i.test(name))
      return test < 0
        ? null
        : [
            ...folders.slice(0, test),
            'ground_truth',
            ...folders.slice(test + 1),
            `${stem}_mask.png`,
          ]
    }
    case 'kolektor-sdd2':
      return [...folders, `${stem}_GT.png`]
    case 'kolektor-sdd':
      return [...folders, `${stem}_label.bmp`]
    case 'dagm':
      return [...folders, 'Label', `${stem}_label.PNG`]
    case 'mvtec-3d':
      return type === 'rgb' ? [...folders.slice(0, -1), 'gt', `${stem}.png`] : null
    case 'mvtec-ad-2':
      return outer === 'test_public'
        ? [...base, outer, 'ground_truth', type, `${stem}_mask.png`]
        : null
    case 'mvtec-loco':
      return outer === 'test' ? [...base, 'ground_truth', type, stem] : null
    case 'visa':
      return outer === 'Images' ? [...base, 'Masks', type, `${stem}.png`] : null
    case 'visa-1cls':
      return outer === 'test' ? [...base, 'ground_truth', type, `${stem}.png`] : null
    case 'btad': {
      // Category 03 alone keeps its masks as bitmaps.
      const ending = base.at(-1) === '03' ? 'bmp' : 'png'
      return outer === 'test' ? [...base, 'ground_truth', type, `${stem}.${ending}`] : null
    }
    case 'mtd':
      return type === 'Imgs' ? [...folders, `${stem}.png`] : null
    case 'real-iad':
      return folders.includes('NG') ? [...folders, `${stem}_mask.png`] : null
    case 'plain':
      return [...folders.slice(0, -1), 'ground_truth', ...folders.slice(-1), `${stem}_mask.png`]
  }
}

function binary(mask: Mask): Uint8Array {
  return mask.data.map((value) => (value === 0 ? 0 : 255))
}

/** One raster for each region, in order of class and then of rows. */
function regionsOf(mask: Mask): Uint8Array[] {
  const classes = [...countByClass(mask).keys()].filter((classIndex) => classIndex !== 0)
  return classes.flatMap((classIndex) =>
    splitRegions(selectClass(mask, classIndex)).map((region) =>
      reframe(region, fullBox(mask)).bits.map((bit) => bit * classIndex),
    ),
  )
}
