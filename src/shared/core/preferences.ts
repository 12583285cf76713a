import { z } from 'zod'

/** What the user has chosen for the work in this workspace; window and command line heed it alike. */
export const preferencesSchema = z.strictObject({
  /** Desktop notifications when the work on a run ends, or fails. */
  notify: z.boolean(),
  /** Keeps the machine from sleeping while a job runs. */
  keepAwake: z.boolean(),
  /** What closing the last window does while jobs run or wait. */
  whenClosing: z.enum(['ask', 'background', 'quit']),
  /** Jobs pause when the workspace's disk has less free space than this. */
  reserveBytes: z.number().int().min(0),
  /** What the stored maps of sweeps may take; those unused for longest are removed when a sweep ends. */
  sweepCacheBytes: z.number().int().min(0),
})
export type Preferences = Readonly<z.infer<typeof preferencesSchema>>

export const defaultPreferences: Preferences = {
  notify: true,
  keepAwake: true,
  whenClosing: 'ask',
  reserveBytes: 500_000_000,
  sweepCacheBytes: 10_000_000_000,
}
