import type { Category, Dataset } from '../../../../../shared/datasets/dataset.ts'

/** Test images with a defect. */
export function defectCount(category: Category): number {
  return Object.values(category.defects).reduce((sum, count) => sum + count, 0)
}

/** All images of a category, whatever their split. */
export function imageCount(category: Category): number {
  const { nominalTrain, nominalValidation, nominalTest } = category
  return nominalTrain + nominalValidation + nominalTest + defectCount(category)
}

export function imageTotal(categories: Dataset['categories']): number {
  return categories.reduce((sum, category) => sum + imageCount(category), 0)
}

/** The names of layouts as people write them. */
export const layoutNames: Readonly<Record<Dataset['layout'], string>> = {
  'mvtec-ad': 'MVTec AD',
  'mvtec-ad-2': 'MVTec AD 2',
  'mvtec-loco': 'MVTec LOCO AD',
  visa: 'VisA',
  'visa-1cls': 'VisA, one-class split',
  btad: 'BTAD',
  mtd: 'Magnetic tile defects',
  'real-iad': 'Real-IAD',
  'kolektor-sdd2': 'KolektorSDD2',
  'kolektor-sdd': 'KolektorSDD',
  dagm: 'DAGM 2007',
  'mvtec-3d': 'MVTec 3D-AD, colour',
  plain: 'Plain folders',
}
