import type { Interval } from '../../../../../shared/metrics/bootstrap.ts'
import {
  metricNames,
  type Evaluation,
  type MetricName,
} from '../../../../../shared/evaluation/evaluation.ts'
import { metricLabels } from '../../../../../shared/evaluation/metric-labels.ts'

export interface MetricInfo {
  readonly label: string
  /** The definition, shown on hover. */
  readonly definition: string
}

const definitions: Readonly<Record<MetricName, string>> = {
  imageAuroc:
    'Probability that a random defective image scores higher than a random nominal one; ties count half.',
  imageAp: 'Average precision over all image thresholds: Σ (Rₙ − Rₙ₋₁) Pₙ.',
  imageF1Max: 'Best F1 = 2PR ÷ (P + R) over all image thresholds, chosen on the test images.',
  pixelAuroc: 'AUROC over all pixels of all test images against the ground truth; ties count half.',
  pixelAp: 'Average precision over all pixels. Tells more than AUROC when defects are small.',
  pixelF1Max: 'Best F1 over all pixel thresholds, chosen on the test images.',
  auPro30:
    'Mean overlap with each defect region, integrated over false-positive rates up to 0.30 and divided by 0.30. Small defects count as much as large ones.',
  auPro05: 'AU-PRO with false-positive rates up to 0.05 only, the headline figure of MVTec AD 2.',
  referencePixelAuroc:
    'As DDAD’s code computes it: every pixel of a resized mask above zero is a defect.',
  referencePro:
    'As DDAD’s code computes it: 200 even thresholds and false-positive rates divided by the largest kept one.',
}

/** What each figure is called and how it is defined. */
export const metricInfo = Object.fromEntries(
  metricNames.map((name) => [name, { label: metricLabels[name], definition: definitions[name] }]),
) as unknown as Readonly<Record<MetricName, MetricInfo>>

/** The figures of a headline: what papers report and charts show. */
export const headlineMetrics = ['imageAuroc', 'pixelAuroc', 'auPro30'] as const

/** The columns of the category grid. */
export const gridMetrics = [
  'imageAuroc',
  'imageAp',
  'imageF1Max',
  'pixelAuroc',
  'pixelAp',
  'pixelF1Max',
  'auPro30',
  'auPro05',
] as const

/** A figure of an evaluation; null where it is undefined or missing. */
export function metricOf(
  evaluation: Evaluation,
  name: MetricName,
  defectType: string | null = null,
): number | null {
  const row = evaluation.metrics.find((m) => m.name === name && m.defectType === defectType)
  return row?.value ?? null
}

/** Where 95 % of resamples of the images lie; undefined where that was not computed. */
export function intervalOf(
  evaluation: Evaluation,
  name: MetricName,
  defectType: string | null = null,
): Interval | undefined {
  return evaluation.metrics.find((m) => m.name === name && m.defectType === defectType)?.interval
}

/** The defect types an evaluation has figures for. */
export function defectTypesOf(evaluation: Evaluation): string[] {
  const types = evaluation.metrics.map((row) => row.defectType).filter((type) => type !== null)
  return [...new Set(types)].toSorted()
}
