import type { Category, ImageEntry } from './dataset.ts'

type Counted = Pick<ImageEntry, 'category' | 'split' | 'anomalous' | 'defectType'>

/** Counts per category, categories by name. */
export function countCategories(images: readonly Counted[]): Category[] {
  const byName = Map.groupBy(images, ({ category }) => category)
  return [...byName.keys()].sort().map((name) => {
    const own = byName.get(name)!
    const nominal = (split: string) =>
      own.filter((image) => image.split === split && !image.anomalous).length
    const defects: Record<string, number> = {}
    for (const { anomalous, defectType } of own) {
      if (anomalous) defects[defectType] = (defects[defectType] ?? 0) + 1
    }
    return {
      name,
      nominalTrain: nominal('train'),
      nominalValidation: nominal('validation'),
      nominalTest: nominal('test'),
      defects,
    }
  })
}
