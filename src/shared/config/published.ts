import type { DatasetLayout } from '../datasets/dataset.ts'

/**
 * What the authors of DDAD published per category (README of the reference code): the settings that were
 * tuned and the figures reached, in per cent. The figures use the reference's own PRO and 224-pixel crops.
 */
export interface Published {
  /** w */
  readonly guidanceWeight: number
  readonly epochs: number
  /** Epochs of domain adaptation. */
  readonly adaptationEpochs: number
  readonly imageAuroc: number
  readonly pixelAuroc: number
  readonly pro: number
}

type Row = readonly [
  name: string,
  imageAuroc: number,
  pixelAuroc: number,
  pro: number,
  guidanceWeight: number,
  epochs: number,
  adaptationEpochs: number,
]

const mvtec: readonly Row[] = [
  ['carpet', 99.3, 98.7, 93.9, 0, 2500, 0],
  ['grid', 100, 99.4, 97.3, 4, 2000, 6],
  ['leather', 100, 99.4, 97.7, 11, 2000, 8],
  ['tile', 100, 98.2, 93.1, 4, 1000, 0],
  ['wood', 100, 95.0, 82.9, 11, 2000, 16],
  ['bottle', 100, 98.7, 91.8, 3, 1000, 5],
  ['cable', 99.4, 98.1, 88.9, 3, 3000, 0],
  ['capsule', 99.4, 95.7, 93.4, 8, 1500, 8],
  ['hazelnut', 100, 98.4, 86.7, 5, 2000, 3],
  ['metal_nut', 100, 99.0, 91.1, 7, 3000, 1],
  ['pill', 100, 99.1, 95.5, 9, 1000, 4],
  ['screw', 99.0, 99.3, 96.3, 2, 2000, 4],
  ['toothbrush', 100, 98.7, 92.6, 0, 2000, 2],
  ['transistor', 100, 95.3, 90.1, 0, 2000, 0],
  ['zipper', 100, 98.2, 93.2, 10, 1000, 6],
]

const visa: readonly Row[] = [
  ['candle', 99.9, 98.7, 96.6, 6, 1000, 1],
  ['capsules', 100, 99.5, 95.0, 5, 1000, 3],
  ['cashew', 94.5, 97.4, 80.3, 0, 1750, 0],
  ['chewinggum', 98.1, 96.5, 85.2, 6, 1250, 0],
  ['fryum', 99.0, 96.9, 94.2, 4, 1000, 3],
  ['macaroni1', 99.2, 98.7, 98.5, 5, 500, 7],
  ['macaroni2', 99.2, 98.2, 99.3, 2, 500, 11],
  ['pcb1', 100, 93.4, 93.3, 9, 500, 8],
  ['pcb2', 99.7, 97.4, 93.3, 5, 500, 5],
  ['pcb3', 97.2, 96.3, 86.6, 6, 500, 1],
  ['pcb4', 100, 98.5, 95.5, 6, 500, 1],
  ['pipe_fryum', 100, 99.5, 94.7, 8, 500, 6],
]

/** Data set families with published figures. */
export type Family = 'mvtec' | 'visa'

/** Published settings and figures by family and category. */
export const published: Readonly<Record<Family, Readonly<Record<string, Published>>>> = {
  mvtec: byName(mvtec),
  visa: byName(visa),
}

function byName(rows: readonly Row[]): Record<string, Published> {
  return Object.fromEntries(
    rows.map(([name, imageAuroc, pixelAuroc, pro, guidanceWeight, epochs, adaptationEpochs]) => [
      name,
      { guidanceWeight, epochs, adaptationEpochs, imageAuroc, pixelAuroc, pro },
    ]),
  )
}

/** DDAD's published figures for a category; undefined for data sets without any. */
export function publishedFor(layout: DatasetLayout, category: string): Published | undefined {
  if (layout === 'mvtec-ad') return published.mvtec[category]
  return layout === 'visa' || layout === 'visa-1cls' ? published.visa[category] : undefined
}
