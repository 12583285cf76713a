import type { EvaluationTally } from '../../../shared/metrics/evaluation-metrics.ts'
import type { StoredImage, StoredScoring } from '../../../shared/processes/background.ts'
import {
  loadScoredImage,
  tallyOfStored,
  versionOf,
  type LoadOptions,
} from '../../decode/stored-results.ts'
import { inTurn } from '../../../shared/in-turn.ts'

export interface TallyOptions extends LoadOptions {
  readonly tallies: TallyCache
}

/** A tally, what it was made of, and the version of each image's mask. */
interface Kept {
  readonly name: string
  readonly tally: EvaluationTally
  readonly masks: (string | null)[]
}

/**
 * Tallies of the evaluations that were looked at last, up to a number of bytes. After a change of masks only the
 * images of these masks are read and counted again.
 */
export class TallyCache {
  readonly #capacity: number
  /** The most recently used first. */
  #kept: readonly Kept[] = []
  /** Uses follow one another, as a tally has one state of its masks at a time. */
  readonly #next = inTurn()

  /** @param capacity Bytes of all that is kept: pixels, two for each, marks, and names. */
  constructor(capacity: number) {
    this.#capacity = capacity
  }

  /** What is kept now. */
  get bytes(): number {
    return this.#kept.reduce((sum, one) => sum + bytesOf(one), 0)
  }

  /**
   * Brings a tally to the results' masks and takes what is wanted of it.
   *
   * @throws DdadError as tallyOfStored does.
   */
  use<Wanted>(
    results: readonly StoredImage[],
    scoring: StoredScoring,
    options: LoadOptions,
    take: (tally: EvaluationTally) => Wanted,
  ): Promise<Wanted> {
    return this.#next(async () => {
      const kept = await this.#current(results, scoring, options)
      try {
        return take(kept.tally)
      } finally {
        // What is taken makes a tally larger.
        this.#keep(kept)
      }
    })
  }

  async #current(
    results: readonly StoredImage[],
    scoring: StoredScoring,
    options: LoadOptions,
  ): Promise<Kept> {
    const name = await nameOf(results, scoring)
    const masks = await Promise.all(
      results.map(async ({ maskFile }) => (maskFile === null ? null : versionOf(maskFile))),
    )
    const known = this.#kept.find((one) => one.name === name)
    const tally = known?.tally ?? (await tallyOfStored(results, scoring, options))
    const kept = known ?? { name, tally, masks }
    for (const [index, mask] of masks.entries()) {
      if (kept.masks[index] === mask) continue
      tally.setMask(index, await loadScoredImage(results[index]!, scoring, options.cache))
      kept.masks[index] = mask
    }
    return kept
  }

  #keep(latest: Kept): void {
    let bytes = 0
    const all = [latest, ...this.#kept.filter((one) => one !== latest)]
    this.#kept = all.filter((one) => (bytes += bytesOf(one)) <= this.#capacity)
  }
}

/** With the names, of which each v has one as long as its evaluation has images. */
function bytesOf({ name, tally, masks }: Kept): number {
  const letters = masks.reduce((sum, mask) => sum + (mask?.length ?? 0), name.length)
  return tally.bytes + 2 * letters
}

/** All that a tally depends on but the masks. */
async function nameOf(results: readonly StoredImage[], { pixelWeight, crop }: StoredScoring) {
  const maps = await Promise.all(results.map((result) => versionOf(result.maps)))
  const parts = results.map(({ anomalous, defectType, ratio }, index) => [
    maps[index],
    anomalous,
    defectType,
    ratio,
  ])
  return JSON.stringify([pixelWeight, crop, parts])
}
