import { notFinite } from './float-keys.ts'

/** Scores with a label each: non-zero is positive (a defect). Null labels: all nominal. */
export interface ScoredSamples {
  readonly scores: ArrayLike<number>
  readonly labels: ArrayLike<number> | null
}

/** Whole numbers; of millions of rungs in half the memory. */
type Counts = Float64Array | Uint32Array

/**
 * All that AUROC, average precision, F1-max and AU-PRO need to know of any number of scores: the distinct
 * scores of the positives ("rungs"), and how many samples of each class lie on and between them. Nothing in
 * it is binned or approximated; counts are whole numbers.
 */
export interface Ranking {
  /** Distinct scores of positives, ascending; others among them that no positive has change no figure. */
  readonly rungs: Float64Array
  readonly positives: number
  readonly negatives: number
  /** Positives on each rung. */
  readonly positivesAt: Counts
  /** Negatives on each rung. */
  readonly negativesAt: Counts
  /** `negativesBelow[i]`: negatives between rung i − 1 and rung i; the last entry: above all rungs. */
  readonly negativesBelow: Float64Array
}

/**
 * Ranks samples given in parts by sorting them. Pixels are ranked by the {@link PixelCensus} instead.
 *
 * @throws DdadError INVALID_INPUT when a score is not finite.
 */
export function rankScores(parts: readonly ScoredSamples[]): Ranking {
  const positives = sortedScores(parts, true)
  const negatives = sortedScores(parts, false)
  const rungs = distinct(positives)
  const positivesAt = new Float64Array(rungs.length)
  for (let i = 0, rung = 0; i < positives.length; i++) {
    if (positives[i] !== rungs[rung]) rung += 1
    positivesAt[rung]! += 1
  }
  const negativesAt = new Float64Array(rungs.length)
  const negativesBelow = new Float64Array(rungs.length + 1)
  for (let i = 0, rung = 0; i < negatives.length; i++) {
    const score = negatives[i]!
    while (rung < rungs.length && rungs[rung]! < score) rung += 1
    if (rungs[rung] === score) negativesAt[rung]! += 1
    else negativesBelow[rung]! += 1
  }
  return rankingOf(rungs, positivesAt, negativesAt, negativesBelow)
}

/** A ranking from its counts. */
export function rankingOf(
  rungs: Float64Array,
  positivesAt: Counts,
  negativesAt: Counts,
  negativesBelow: Float64Array,
): Ranking {
  let positives = 0
  let negatives = negativesBelow[rungs.length]!
  for (let i = 0; i < rungs.length; i++) {
    positives += positivesAt[i]!
    negatives += negativesAt[i]! + negativesBelow[i]!
  }
  return { rungs, positives, negatives, positivesAt, negativesAt, negativesBelow }
}

function sortedScores(parts: readonly ScoredSamples[], positive: boolean): Float64Array {
  const taken: number[] = []
  for (const { scores, labels } of parts) {
    for (let i = 0; i < scores.length; i++) {
      if ((labels !== null && labels[i] !== 0) !== positive) continue
      const score = scores[i]!
      if (!Number.isFinite(score)) throw notFinite(score)
      taken.push(score)
    }
  }
  return Float64Array.from(taken).sort()
}

function distinct(sorted: Float64Array): Float64Array {
  let count = 0
  const values = new Float64Array(sorted.length)
  for (let i = 0; i < sorted.length; i++) {
    if (i === 0 || sorted[i] !== sorted[i - 1]) values[count++] = sorted[i]!
  }
  return values.slice(0, count)
}
