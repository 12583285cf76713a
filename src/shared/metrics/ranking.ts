import { Ladder, notFinite, type ScoredSamples } from './ladder.ts'
import { sortScores } from './sort-scores.ts'

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
 * Ranks samples given in parts (an image's pixels, for instance). Only positives are sorted; negatives are
 * looked up among them, O(N) for float32 scores.
 *
 * @throws DdadError INVALID_INPUT when a score is not finite.
 */
export function rankScores(parts: readonly ScoredSamples[]): Ranking {
  const sorted = sortedPositives(parts)
  const ladder = new Ladder(distinct(sorted))
  const positivesAt = new Float64Array(ladder.rungs.length)
  for (let i = 0, rung = 0; i < sorted.length; i++) {
    if (sorted[i] !== ladder.rungs[rung]) rung += 1
    positivesAt[rung]! += 1
  }
  return rankingOf(ladder.rungs, positivesAt, ladder.count(parts))
}

/** The ladder whose rungs are the scores of all positives. */
export function ladderOf(parts: readonly ScoredSamples[]): Ladder {
  return new Ladder(distinct(sortedPositives(parts)))
}

/**
 * A ranking from counts.
 *
 * @param positivesAt Positives on each rung; none on some of them changes no figure.
 * @param negatives Per slot of the {@link Ladder}.
 */
export function rankingOf(
  rungs: Float64Array,
  positivesAt: Float64Array,
  negatives: Uint32Array | Float64Array,
): Ranking {
  const negativesAt = new Float64Array(rungs.length)
  const negativesBelow = new Float64Array(rungs.length + 1)
  let total = negatives[2 * rungs.length]!
  negativesBelow[rungs.length] = total
  let positives = 0
  for (let i = 0; i < rungs.length; i++) {
    negativesBelow[i] = negatives[2 * i]!
    negativesAt[i] = negatives[2 * i + 1]!
    total += negatives[2 * i]! + negatives[2 * i + 1]!
    positives += positivesAt[i]!
  }
  return { rungs, positives, negatives: total, positivesAt, negativesAt, negativesBelow }
}

/** Scores of all positives, ascending; as float32 where all of them are. */
function sortedPositives(parts: readonly ScoredSamples[]): Float32Array | Float64Array {
  const single = parts.every(({ scores }) => scores instanceof Float32Array)
  let total = 0
  for (const { labels } of parts) {
    if (labels === null) continue
    for (let i = 0; i < labels.length; i++) if (labels[i] !== 0) total += 1
  }
  const collected = single ? new Float32Array(total) : new Float64Array(total)
  let next = 0
  for (const { scores, labels } of parts) {
    if (labels === null) continue
    for (let i = 0; i < labels.length; i++) {
      if (labels[i] === 0) continue
      const score = scores[i]!
      if (!Number.isFinite(score)) throw notFinite(score)
      collected[next++] = score
    }
  }
  sortScores(collected)
  return collected
}

function distinct(sorted: Float32Array | Float64Array): Float64Array {
  let count = 0
  const values = new Float64Array(sorted.length)
  for (let i = 0; i < sorted.length; i++) {
    if (i === 0 || sorted[i] !== sorted[i - 1]) values[count++] = sorted[i]!
  }
  return values.slice(0, count)
}
