import { presets } from '../config/presets.ts'
import type { RunConfig } from '../config/run-config.ts'
import { changedSettings, formatSetting, readSetting } from '../config/setting-values.ts'
import { settingName } from '../config/settings.ts'

/** Settings that a name tells; more are counted. */
const TOLD = 3

/**
 * A name that tells a run from others: `brick (tiny, seed 1, epochs 20)`, with what differs from the preset, and
 * with a number where that name is taken.
 */
export function nameOfRun(
  category: string,
  config: RunConfig,
  taken: (name: string) => boolean,
): string {
  const preset = presets[config.preset]
  const changes = preset ? changedSettings(config, preset) : []
  const texts = changes
    .filter((key) => key !== 'seed')
    .map((key) => {
      const name = settingName(key)
      // T′ stays as it is written; words begin small.
      const label = /^[A-Z][a-z]/.test(name) ? name[0]!.toLowerCase() + name.slice(1) : name
      return `${label} ${formatSetting(key, readSetting(config, key))}`
    })
  const more = texts.length > TOLD ? [`${texts.length - TOLD} more`] : []
  const parts = [config.preset, `seed ${config.seed}`, ...texts.slice(0, TOLD), ...more]
  const name = `${category} (${parts.join(', ')})`
  for (let number = 1; ; number += 1) {
    const numbered = number === 1 ? name : `${name} ${number}`
    if (!taken(numbered)) return numbered
  }
}
