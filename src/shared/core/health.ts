/** What is wrong with what the studio stands on, until it is well again. */
export const workers = ['engine', 'preview', 'background'] as const
export type Worker = (typeof workers)[number]

export interface Health {
  /** What has happened to the database while it was open, with what to do; null while it is well. */
  readonly database: string | null
  /** Processes that crashed again and again and are not started any more by themselves. */
  readonly stopped: readonly Worker[]
}
