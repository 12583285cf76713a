/** One thing that was looked at on a machine, or at a place. */
export interface Check {
  readonly name: string
  readonly ok: boolean
  readonly detail: string
  /** What to do; null when it works. */
  readonly remedy: string | null
}
