/** What is wrong with what the studio stands on, until it is well again. */
export const workers = ['engine', 'preview', 'background'] as const
export type Worker = (typeof workers)[number]

export interface DatabaseProblem {
  /** Its file is gone, it is damaged, another program holds its lock, or it may only be looked at. */
  readonly kind: 'lost' | 'damaged' | 'held' | 'readOnly'
  /** What has happened, what is kept and what to do. */
  readonly text: string
}

export interface Health {
  /** Why the database takes no changes; null while it does. */
  readonly database: DatabaseProblem | null
  /** Processes that crashed again and again and are not started any more by themselves. */
  readonly stopped: readonly Worker[]
}
