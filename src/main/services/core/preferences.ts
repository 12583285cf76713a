import {
  defaultPreferences,
  preferencesSchema,
  type Preferences,
} from '../../../shared/core/preferences.ts'
import type { Facts } from './facts.ts'
import type { Workspace } from './workspace.ts'

const KEY = 'preferences'
const PAUSED = 'queue.paused'

/** The user's choices and the queue's switch, kept in the workspace so that every process sees them. */
export function createPreferences({ store: { settings } }: Workspace, facts: Facts) {
  const get = (): Preferences =>
    // One that was added since is not in what was stored.
    preferencesSchema.safeParse({ ...defaultPreferences, ...(settings.get(KEY) as object | null) })
      .data ?? defaultPreferences
  return {
    get,
    set: (change: {
      readonly [Key in keyof Preferences]?: Preferences[Key] | undefined
    }): Preferences => {
      // Structured cloning keeps names whose value is undefined, which would take the place of what is set.
      const given = Object.entries(change).filter(([, value]) => value !== undefined)
      settings.put(KEY, preferencesSchema.parse({ ...get(), ...Object.fromEntries(given) }))
      facts.tell('preferences.changed', null)
      return get()
    },
    /** True while no job may begin. */
    paused: (): boolean => settings.get(PAUSED) === true,
    setPaused: (paused: boolean): void => settings.put(PAUSED, paused),
  }
}

export type PreferencesService = ReturnType<typeof createPreferences>
