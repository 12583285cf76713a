/** Rules that choose T′ for each image. */
import { z } from 'zod'

const startSteps = z.array(z.number().int().min(1).max(1000)).min(1).max(50)

/**
 * D3AD's dynamic start (arXiv 2401.04463) in pixel space: the mean L1 distance of an image's features to its
 * nearest nominal neighbours falls into a bin, and each bin has its T′.
 */
const neighbourRule = z.strictObject({
  kind: z.literal('neighbours'),
  /** k */
  neighbours: z.number().int().min(1).max(100),
  /** Ascending; an image falls into the bin after the last edge below its distance. */
  edges: z.array(z.number()).min(1).max(50),
  /** T′ of each bin, one more than there are edges. */
  startSteps,
})

/**
 * A probe: one network pass from every T′ straight to the reconstruction. The T′ whose probe departs most from
 * what nominal images do at that T′ is taken.
 */
const probeRule = z.strictObject({
  kind: z.literal('probe'),
  startSteps,
  /** Mean + 3σ of nominal images' probe scores at each T′. */
  limits: z.array(z.number().positive()).min(1).max(50),
  /** v · ratio of the probe at each T′. */
  weights: z.array(z.number().min(0)).min(1).max(50),
})

/**
 * One T′ after another, until the image is clear: the mean of its scores so far, each in units of the nominal limit
 * (mean + 3σ of nominal images) at its own T′, lies outside a band around 1. That mean is its score.
 */
const untilClearRule = z.strictObject({
  kind: z.literal('until-clear'),
  /** Ascending. */
  startSteps,
  low: z.number().min(0),
  high: z.number().min(0),
})

export const startStepRuleSchema = z.discriminatedUnion('kind', [
  neighbourRule,
  probeRule,
  untilClearRule,
])
export type StartStepRule = Readonly<z.output<typeof startStepRuleSchema>>
/** A rule that knows T′ before anything is scored. */
export type ForeknownRule = Exclude<StartStepRule, UntilClearRule>
export type UntilClearRule = Extract<StartStepRule, { kind: 'until-clear' }>
export type NeighbourRule = Extract<StartStepRule, { kind: 'neighbours' }>
