import type { MetricName } from './evaluation.ts'

/** What a figure is called in the window, in reports and in tables. */
export const metricLabels: Readonly<Record<MetricName, string>> = {
  imageAuroc: 'Image AUROC',
  imageAp: 'Image AP',
  imageF1Max: 'Image F1 max',
  pixelAuroc: 'Pixel AUROC',
  pixelAp: 'Pixel AP',
  pixelF1Max: 'Pixel F1 max',
  auPro30: 'AU-PRO',
  auPro05: 'AU-PRO 5 %',
  referencePixelAuroc: 'Pixel AUROC, reference',
  referencePro: 'PRO, reference',
}
