import { formatPercent, UNKNOWN } from '../../../format/numbers.ts'
import type { OutcomeFilter } from './outcome-filter.ts'
import type { Confusion } from './score-table.ts'

export interface ConfusionFigure {
  readonly label: string
  readonly definition: string
  readonly text: string
  /** The images that it is about. */
  readonly images: OutcomeFilter
}

/** Rates at a threshold, in per cent; an unsure image counts as neither right nor wrong. */
export function confusionFigures({ nominal, defective }: Confusion): readonly ConfusionFigure[] {
  const found = defective.defective
  const alarms = nominal.defective
  const ratio = (part: number, whole: number) => (whole === 0 ? null : part / whole)
  const precision = ratio(found, found + alarms)
  const recall = ratio(found, defective.total)
  const f1 = ratio(2 * found, found + alarms + defective.total)
  const unsure = ratio(nominal.unsure + defective.unsure, nominal.total + defective.total)
  const right = ratio(found + nominal.nominal, nominal.total + defective.total)
  const figure = (
    label: string,
    images: OutcomeFilter,
    definition: string,
    value: number | null,
  ): ConfusionFigure => ({
    label,
    images,
    definition,
    text: value === null ? UNKNOWN : formatPercent(value),
  })
  return [
    figure(
      'Precision',
      'called defective',
      'Defective ones among the images called defective.',
      precision,
    ),
    figure('Recall', 'all defective', 'Defective images that are called defective.', recall),
    figure('F1', 'defective or called so', 'Harmonic mean of precision and recall.', f1),
    figure(
      'False alarms',
      'false alarm',
      'Nominal images called defective.',
      ratio(alarms, nominal.total),
    ),
    figure(
      'Missed',
      'missed',
      'Defective images called nominal.',
      ratio(defective.nominal, defective.total),
    ),
    figure('Accuracy', 'right', 'Images that are called what they are.', right),
    figure('Unsure', 'unsure', 'Images between the two thresholds.', unsure),
  ]
}
