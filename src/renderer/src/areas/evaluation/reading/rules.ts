import type { ChosenOn, OperatingSettings } from '../../../../../shared/runs/operating-point.ts'
import type { ThresholdRule } from '../../../../../shared/metrics/thresholds.ts'

export type RuleKind = ThresholdRule['kind']

interface RuleInfo {
  readonly label: string
  readonly definition: string
  /** Looks at nominal scores only, so that no defect is needed. */
  readonly nominalOnly: boolean
  /** What the rule is given, with its first value; null: nothing. */
  readonly parameter: { readonly label: string; readonly initial: number } | null
}

const rate = (label: string) => ({ label, initial: 5 })

export const ruleInfo: Readonly<Record<RuleKind, RuleInfo>> = {
  'f1-max': {
    label: 'Largest F1',
    definition: 'The threshold with the largest harmonic mean of precision and recall.',
    nominalOnly: false,
    parameter: null,
  },
  youden: {
    label: 'Youden',
    definition: 'The largest difference of recall and false-alarm rate; DDAD’s own code uses it.',
    nominalOnly: false,
    parameter: null,
  },
  'equal-error': {
    label: 'Equal error',
    definition: 'Where the rates of false alarms and of missed defects are closest.',
    nominalOnly: false,
    parameter: null,
  },
  'false-positive-rate': {
    label: 'False alarms at most',
    definition: 'The lowest threshold with at most this share of nominal images called defective.',
    nominalOnly: true,
    parameter: rate('%'),
  },
  'false-negative-rate': {
    label: 'Missed at most',
    definition: 'The highest threshold with at most this share of defective images missed.',
    nominalOnly: false,
    parameter: rate('%'),
  },
  'max-nominal': {
    label: 'Highest nominal score',
    definition: 'Just above the highest score of a nominal image. Needs no defects.',
    nominalOnly: true,
    parameter: null,
  },
  sigma: {
    label: 'Mean + kσ of nominal',
    definition: 'Mean plus k standard deviations of the nominal scores. Needs no defects.',
    nominalOnly: true,
    parameter: { label: 'k', initial: 3 },
  },
}

export const ruleKinds = Object.keys(ruleInfo) as readonly RuleKind[]

/** @param parameter Per cent for rates, k for sigma; others take none. */
export function ruleOf(kind: RuleKind, parameter: number): ThresholdRule {
  switch (kind) {
    case 'false-positive-rate':
    case 'false-negative-rate':
      return { kind, limit: Math.min(1, Math.max(0, parameter / 100)) }
    case 'sigma':
      return { kind, sigmas: Math.min(100, Math.max(0, parameter)) }
    case 'f1-max':
    case 'youden':
    case 'equal-error':
    case 'max-nominal':
      return { kind }
  }
}

/** What is typed for a rule. */
export function parameterOf(rule: ThresholdRule): number {
  if ('limit' in rule) return rule.limit * 100
  return 'sigmas' in rule ? rule.sigmas : 0
}

export function ruleText(rule: ThresholdRule | null): string {
  if (!rule) return 'set by hand'
  const { label } = ruleInfo[rule.kind]
  if ('limit' in rule) return `${label.toLowerCase()} ${Number((rule.limit * 100).toFixed(2))} %`
  return 'sigmas' in rule ? `mean + ${rule.sigmas}σ of nominal` : label.toLowerCase()
}

/**
 * How far the figures at a threshold can be believed.
 * @param partGiven Whether T′ was chosen on a part of the test images.
 */
export function honesty(
  chosenOn: ChosenOn,
  partGiven: boolean,
): { readonly honest: boolean; readonly text: string } {
  if (partGiven && chosenOn.kind !== 'test') {
    return chosenOn.kind === 'half'
      ? { honest: true, text: 'chosen on the part that T′ was chosen on, judged on the rest' }
      : { honest: false, text: 'T′ was chosen on a part of the images it is judged on' }
  }
  switch (chosenOn.kind) {
    case 'test':
      return { honest: false, text: 'chosen on the images it is judged on' }
    case 'half':
      return { honest: true, text: 'chosen on one half, judged on the other' }
    case 'training':
      return { honest: true, text: 'chosen on nominal training images' }
  }
}

/** T′ of an evaluation's settings: one for all images, or the range of a rule's. */
export function startStepText({
  reconstruction,
  startStepRule,
}: OperatingSettings['evaluation']): string {
  if (!startStepRule) return String(reconstruction.startStep)
  const { startSteps } = startStepRule
  return `${Math.min(...startSteps)}–${Math.max(...startSteps)}`
}

/** One line about an operating point. */
export function pointText({ reason, thresholds, evaluation, chosenOn }: OperatingSettings): string {
  const found = `T′ ${startStepText(evaluation)}${reason ? `: ${reason}` : ''}`
  if (!thresholds) return `${found}; no threshold chosen yet`
  const band = thresholds.upper === null ? '' : ', with an unsure band'
  return `${found}; ${ruleText(thresholds.rule)}${band}, ${honesty(thresholds.chosenOn, chosenOn !== undefined).text}`
}
