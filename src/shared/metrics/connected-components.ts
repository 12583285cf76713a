/** Connected regions of a mask. */
export interface Regions {
  /** 0 outside, 1 … count inside, one entry per pixel in row order. */
  readonly labels: Int32Array
  /** Pixels of each region; entry 0 belongs to region 1. */
  readonly areas: readonly number[]
}

/** Runs of pixels within a row, in row order: [begin, end) of each. */
export interface Runs {
  readonly begins: readonly number[]
  readonly ends: readonly number[]
}

/** Regions as runs. */
export interface RegionRuns extends Runs {
  /** The region of each run, 1 … count. */
  readonly labels: readonly number[]
  readonly areas: readonly number[]
}

/**
 * Labels the regions of pixels above `least` that touch by sides or corners (8-connectivity), in the order in
 * which a scan by rows meets them.
 */
export function connectedComponents(
  mask: ArrayLike<number>,
  width: number,
  height: number,
  least = 0,
): Regions {
  const { begins, ends, labels: regions, areas } = connectedRuns(mask, width, height, least)
  const labels = new Int32Array(width * height)
  for (const [run, region] of regions.entries()) labels.fill(region, begins[run], ends[run])
  return { labels, areas }
}

/**
 * The regions that {@link connectedComponents} finds.
 *
 * @param within Where to look; everywhere by default.
 */
export function connectedRuns(
  mask: ArrayLike<number>,
  width: number,
  height: number,
  least = 0,
  within: Runs = rowsOf(width, height),
): RegionRuns {
  const { begins, ends } = runsAbove(mask, least, within)
  /** An earlier run of the same region, or the run itself. */
  const parents = [...begins.keys()]
  let above = 0
  for (let run = 0; run < begins.length; run++) {
    const begin = begins[run]!
    const end = ends[run]!
    // Runs of the row above that touch this one, corners included; the last of them may touch the next one too.
    const row = begin - (begin % width)
    while (ends[above]! < Math.max(begin - width, row - width + 1)) above += 1
    for (let other = above; begins[other]! <= Math.min(end - width, row - 1); other++) {
      join(parents, other, run)
    }
  }
  return { begins, ends, ...numbered(begins, ends, parents) }
}

function rowsOf(width: number, height: number): Runs {
  const begins = Array.from({ length: height }, (_, row) => row * width)
  return { begins, ends: begins.map((begin) => begin + width) }
}

function runsAbove(mask: ArrayLike<number>, least: number, within: Runs): Runs {
  const begins: number[] = []
  const ends: number[] = []
  for (let row = 0; row < within.begins.length; row++) {
    const last = within.ends[row]!
    let at = within.begins[row]!
    while (at < last) {
      while (at < last && !(mask[at]! > least)) at += 1
      if (at === last) break
      begins.push(at)
      while (at < last && mask[at]! > least) at += 1
      ends.push(at)
    }
  }
  return { begins, ends }
}

/** Numbers the regions by their first runs, which are the roots. */
function numbered(begins: readonly number[], ends: readonly number[], parents: number[]) {
  const labels: number[] = []
  const areas: number[] = []
  for (const [run, begin] of begins.entries()) {
    const root = rootOf(parents, run)
    if (root === run) areas.push(0)
    const label = root === run ? areas.length : labels[root]!
    labels.push(label)
    areas[label - 1]! += ends[run]! - begin
  }
  return { labels, areas }
}

/** Makes two runs one region, whose root is the earlier root. */
function join(parents: number[], a: number, b: number): void {
  const [first, second] = [rootOf(parents, a), rootOf(parents, b)]
  if (first < second) parents[second] = first
  else parents[first] = second
}

function rootOf(parents: number[], run: number): number {
  let root = run
  while (parents[root] !== root) {
    // Halving the path keeps it short.
    parents[root] = parents[parents[root]!]!
    root = parents[root]!
  }
  return root
}
