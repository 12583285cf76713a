import { formatPercent, UNKNOWN } from '../format/numbers.ts'
import type { Confusion } from './score-table.ts'

export interface ConfusionFigure {
  readonly label: string
  readonly definition: string
  readonly text: string
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
  const figure = (label: string, definition: string, value: number | null): ConfusionFigure => ({
    label,
    definition,
    text: value === null ? UNKNOWN : formatPercent(value),
  })
  return [
    figure('Precision', 'Defective ones among the images called defective.', precision),
    figure('Recall', 'Defective images that are called defective.', recall),
    figure('F1', 'Harmonic mean of precision and recall.', f1),
    figure('False alarms', 'Nominal images called defective.', ratio(alarms, nominal.total)),
    figure('Missed', 'Defective images called nominal.', ratio(defective.nominal, defective.total)),
    figure('Accuracy', 'Images that are called what they are.', right),
    figure('Unsure', 'Images between the two thresholds.', unsure),
  ]
}
