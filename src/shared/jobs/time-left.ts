/** Time left of a job as measured, with its spread. */

/** Steps are gathered into blocks of at least this long, so that timer noise does not count as spread. */
const BLOCK_SECONDS = 0.5
const BLOCKS = 40
const ENOUGH = 5

export interface TimeLeft {
  /** Seconds, at the median pace lately. */
  readonly secondsLeft: number
  /** Seconds at the pace of the faster and the slower tenth of the blocks lately. */
  readonly spread: { readonly low: number; readonly high: number }
}

/**
 * Estimates the time left from the pace of the last blocks of steps. A pace that changes, for instance
 * because another program takes the processor, moves the estimate within some blocks.
 */
export class PaceMeter {
  /** Seconds per step of each block, oldest first. */
  #paces: number[] = []
  #from: { readonly done: number; readonly at: number } | null = null

  /**
   * Takes up how far the job is. Null until there are enough blocks.
   * @param at seconds on a clock that does not go back
   */
  add(done: number, total: number, at: number): TimeLeft | null {
    const from = this.#from
    if (!from || done < from.done) {
      this.#from = { done, at }
      return this.#estimate(total - done)
    }
    if (done > from.done && at - from.at >= BLOCK_SECONDS) {
      this.#paces.push((at - from.at) / (done - from.done))
      if (this.#paces.length > BLOCKS) this.#paces.shift()
      this.#from = { done, at }
    }
    return this.#estimate(total - done)
  }

  #estimate(steps: number): TimeLeft | null {
    if (this.#paces.length < ENOUGH) return null
    const sorted = this.#paces.toSorted((left, right) => left - right)
    const at = (share: number) => sorted[Math.round(share * (sorted.length - 1))] ?? 0
    return {
      secondsLeft: steps * at(0.5),
      spread: { low: steps * at(0.1), high: steps * at(0.9) },
    }
  }
}
