import { DdadError } from '../errors.ts'
import { sortScores } from './sort-scores.ts'

/** Scores with a label each: non-zero is positive (a defect). Null labels: all nominal. */
export interface ScoredSamples {
  readonly scores: ArrayLike<number>
  readonly labels: ArrayLike<number> | null
}

/**
 * All that AUROC, average precision, F1-max and AU-PRO need to know of any number of scores: the distinct
 * scores of the positives ("rungs"), and how many samples of each class lie on and between them. Nothing in
 * it is binned or approximated; counts are whole numbers.
 */
export interface Ranking {
  /** Distinct scores of positives, ascending. */
  readonly rungs: Float64Array
  readonly positives: number
  readonly negatives: number
  /** Positives on each rung. */
  readonly positivesAt: Float64Array
  /** Negatives on each rung. */
  readonly negativesAt: Float64Array
  /** `negativesBelow[i]`: negatives between rung i − 1 and rung i; the last entry: above all rungs. */
  readonly negativesBelow: Float64Array
}

/**
 * Ranks samples given in parts (an image's pixels, for instance). O(N) for float32 scores.
 *
 * @throws DdadError INVALID_INPUT when a score is not finite.
 */
export function rankScores(parts: readonly ScoredSamples[]): Ranking {
  const positives = collect(parts, true)
  const negatives = collect(parts, false)
  sortScores(positives)
  sortScores(negatives)
  const rungs = distinct(positives)
  const positivesAt = new Float64Array(rungs.length)
  const negativesAt = new Float64Array(rungs.length)
  const negativesBelow = new Float64Array(rungs.length + 1)
  let positive = 0
  let negative = 0
  for (let i = 0; i < rungs.length; i++) {
    const rung = rungs[i]!
    const [firstPositive, firstBelow] = [positive, negative]
    while (positive < positives.length && positives[positive] === rung) positive += 1
    while (negative < negatives.length && negatives[negative]! < rung) negative += 1
    const firstAt = negative
    while (negative < negatives.length && negatives[negative] === rung) negative += 1
    positivesAt[i] = positive - firstPositive
    negativesBelow[i] = firstAt - firstBelow
    negativesAt[i] = negative - firstAt
  }
  negativesBelow[rungs.length] = negatives.length - negative
  return {
    rungs,
    positives: positives.length,
    negatives: negatives.length,
    positivesAt,
    negativesAt,
    negativesBelow,
  }
}

/** Index of the rung that equals the score of a positive. */
export function rungOf({ rungs }: Ranking, score: number): number {
  let first = 0
  let last = rungs.length - 1
  while (first < last) {
    const middle = (first + last) >>> 1
    if (rungs[middle]! < score) first = middle + 1
    else last = middle
  }
  return first
}

/** The scores of one class; as float32 where all of them are. */
function collect(parts: readonly ScoredSamples[], positive: boolean): Float32Array | Float64Array {
  const single = parts.every(({ scores }) => scores instanceof Float32Array)
  const total = parts.reduce((sum, part) => sum + countOf(part, positive), 0)
  const collected = single ? new Float32Array(total) : new Float64Array(total)
  let next = 0
  for (const { scores, labels } of parts) {
    if (labels === null && positive) continue
    for (let i = 0; i < scores.length; i++) {
      if (labels !== null && (labels[i] !== 0) !== positive) continue
      const score = scores[i]!
      if (!Number.isFinite(score)) throw notFinite(score)
      collected[next++] = score
    }
  }
  return collected
}

function countOf({ scores, labels }: ScoredSamples, positive: boolean): number {
  if (labels === null) return positive ? 0 : scores.length
  let positives = 0
  for (let i = 0; i < labels.length; i++) if (labels[i] !== 0) positives += 1
  return positive ? positives : scores.length - positives
}

function distinct(sorted: Float32Array | Float64Array): Float64Array {
  let count = 0
  const values = new Float64Array(sorted.length)
  for (let i = 0; i < sorted.length; i++) {
    if (i === 0 || sorted[i] !== sorted[i - 1]) values[count++] = sorted[i]!
  }
  return values.slice(0, count)
}

function notFinite(score: number): DdadError {
  return new DdadError(
    'INVALID_INPUT',
    `A score is ${score}. Metrics need finite scores: look for an image whose map is not finite and evaluate it again.`,
  )
}
