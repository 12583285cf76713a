/** The configuration that a command line asks for. */
import { applyOverrides } from '../../shared/config/overrides.ts'
import { presetFor, presets } from '../../shared/config/presets.ts'
import type { RunConfig } from '../../shared/config/run-config.ts'
import type { DatasetLayout } from '../../shared/datasets/dataset.ts'
import { UsageError } from './command.ts'

/** `KEY=VALUE` arguments as overrides. */
export function overrides(settings: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    settings.map((setting) => {
      const equals = setting.indexOf('=')
      if (equals < 1) throw new UsageError(`--set takes KEY=VALUE, not ${setting}.`)
      return [setting.slice(0, equals), setting.slice(equals + 1)]
    }),
  )
}

/** A named preset, or the published one for a category, with single settings changed. */
export function chosenConfig(
  preset: string | undefined,
  category: { readonly layout: DatasetLayout; readonly name: string },
  settings: readonly string[],
): RunConfig {
  const config = preset === undefined ? presetFor(category.layout, category.name) : presets[preset]
  if (!config) {
    throw new UsageError(`There is no preset ${preset}. Known: ${Object.keys(presets).join(', ')}.`)
  }
  return applyOverrides(config, overrides(settings))
}

/** Changes single settings of a configuration. */
export function withSettings(config: RunConfig, settings: readonly string[]): RunConfig {
  return applyOverrides(config, overrides(settings))
}
