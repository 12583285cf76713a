import { published, type Published } from '../../../../shared/config/published.ts'
import type { DatasetLayout } from '../../../../shared/domain/dataset.ts'

/** DDAD's published figures for a category; undefined for data sets without any. */
export function publishedFor(layout: DatasetLayout, category: string): Published | undefined {
  if (layout === 'mvtec-ad') return published.mvtec[category]
  return layout === 'visa' || layout === 'visa-1cls' ? published.visa[category] : undefined
}
