/** How the rules choose T′ for each image. */
import type { ForeknownRule, NeighbourRule, UntilClearRule } from '../config/start-step-rule.ts'
import { meanOf } from '../metrics/mean.ts'

/** k of D3AD. */
export const NEIGHBOURS = 20
/** B of D3AD. */
const BINS = 10
/** The lowest bin that D3AD tells apart: less noise is never used. */
const LOWEST = 2

/**
 * D3AD's bins for DDAD: edges of an equal-width histogram of the nominal images' own distances, and
 * T′ = skip·⌈max(b, 2)/B · T_max / skip⌉ for bin b = 0 … B.
 *
 * @param nominal mean distance of each nominal image to its neighbours; at least one
 * @param longest T_max, the T′ of the last bin
 */
export function defaultBins(
  nominal: readonly number[],
  longest: number,
  skip: number,
): NeighbourRule {
  const low = Math.min(...nominal)
  const high = Math.max(...nominal)
  const edges = Array.from({ length: BINS }, (_, i) => low + ((high - low) * (i + 1)) / BINS)
  return {
    kind: 'neighbours',
    neighbours: NEIGHBOURS,
    edges,
    startSteps: Array.from({ length: BINS + 1 }, (_, index) => {
      const bin = Math.max(Math.min(index + 1, BINS), LOWEST)
      return Math.min(longest, skip * Math.ceil(((bin / BINS) * longest) / skip))
    }),
  }
}

/** The bin of a distance: how many edges are below it. */
export function binOf({ edges }: Pick<NeighbourRule, 'edges'>, distance: number): number {
  return edges.filter((edge) => edge < distance).length
}

/**
 * T′ by a rule.
 * @param distance for `neighbours`: the image's mean distance
 * @param probes for `probe`: the image's probe score at each of the rule's T′
 */
export function chooseStartStep(
  rule: ForeknownRule,
  { distance, probes }: { readonly distance?: number; readonly probes?: readonly number[] },
): number {
  if (rule.kind === 'neighbours') {
    const bin = binOf(rule, distance ?? Infinity)
    return rule.startSteps[Math.min(bin, rule.startSteps.length - 1)]!
  }
  let best = 0
  const ratio = (i: number) => (probes?.[i] ?? 0) / rule.limits[i]!
  for (let i = 1; i < rule.startSteps.length; i++) if (ratio(i) > ratio(best)) best = i
  return rule.startSteps[best]!
}

/**
 * Mean L1 distance of a vector to its k nearest among others, divided by their length. A vector that is itself
 * among the others counts with distance 0, as in D3AD.
 */
export function neighbourDistance(
  vector: Float32Array,
  others: readonly Float32Array[],
  k = NEIGHBOURS,
): number {
  const distances = others.map((other) => {
    let sum = 0
    for (let i = 0; i < vector.length; i++) sum += Math.abs(vector[i]! - other[i]!)
    return sum / vector.length
  })
  return meanOf(distances.toSorted((a, b) => a - b).slice(0, k))
}

/** Scores this far from the nominal limit, on either side, are taken as clear. */
const BAND = { low: 0.8, high: 1.2 }

/** From each T′ on those that are at least twice the one before; only where there are two and more. */
export function untilClearRules(levels: readonly number[]): UntilClearRule[] {
  return levels.flatMap((first) => {
    const steps = [first]
    for (const level of levels) if (level >= 2 * steps.at(-1)!) steps.push(level)
    return steps.length < 2 ? [] : [{ kind: 'until-clear' as const, startSteps: steps, ...BAND }]
  })
}

/** Every T′ for every image: no score is ever clear. */
export function everyStepRule(levels: readonly number[]): UntilClearRule {
  return { kind: 'until-clear', startSteps: [...levels], low: 0, high: Number.MAX_VALUE }
}

/** Whether the scores so far, in units of the nominal limit, decide about an image. */
export function isClear({ low, high }: UntilClearRule, scores: readonly number[]): boolean {
  const mean = meanOf(scores)
  return mean < low || mean > high
}
