import type { RunConfig } from './run-config.ts'
import {
  isSettingOf,
  settings,
  type Setting,
  type SettingKey,
  type SettingValue,
} from './settings.ts'

type Tree = Readonly<Record<string, unknown>>

/** The value of one setting; null also where the method has none. */
export function readSetting(config: RunConfig, key: SettingKey): SettingValue {
  let value: unknown = config
  for (const part of key.split('.')) value = (value as Tree | undefined)?.[part]
  return (value ?? null) as SettingValue
}

/** A copy of a configuration with one setting changed. */
export function withSetting(config: RunConfig, key: SettingKey, value: SettingValue): RunConfig {
  const [first = '', second] = key.split('.')
  if (second === undefined) return { ...config, [first]: value }
  const group = (config as unknown as Record<string, Tree>)[first]
  return { ...config, [first]: { ...group, [second]: value } }
}

/** The settings in which two configurations differ, in the order of the table. */
export function changedSettings(config: RunConfig, reference: RunConfig): SettingKey[] {
  return (Object.keys(settings) as SettingKey[]).filter(
    (key) => !sameValue(readSetting(config, key), readSetting(reference, key)),
  )
}

/** The settings in which any of several configurations differ from the first, in the order of the table. */
export function differingSettings(configs: readonly RunConfig[]): SettingKey[] {
  const [first, ...others] = configs
  if (!first) return []
  const differing = new Set(others.flatMap((config) => changedSettings(config, first)))
  return (Object.keys(settings) as SettingKey[]).filter((key) => differing.has(key))
}

function sameValue(left: SettingValue, right: SettingValue): boolean {
  return JSON.stringify(left) === JSON.stringify(right)
}

/** What is wrong with a value, in words; null when it is allowed. */
export function settingProblem(setting: Setting, value: SettingValue): string | null {
  const { input } = setting
  if (input.kind === 'number') {
    if (value === null) return input.optional ? null : 'Enter a number.'
    if (typeof value !== 'number' || !Number.isFinite(value)) return 'Enter a number.'
    if (input.integer && !Number.isInteger(value)) return 'Enter a whole number.'
    if (value < input.min || value > input.max) return `Enter ${input.min} to ${input.max}.`
  }
  if (input.kind === 'list') {
    const numbers = Array.isArray(value) ? (value as readonly number[]) : []
    if (!Array.isArray(value) || numbers.some((entry) => !Number.isInteger(entry) || entry < 1)) {
      return 'Enter whole numbers with commas between them.'
    }
  }
  return null
}

/** Combinations that cannot work, by the setting to change. Single values are not checked here. */
export function configProblems(config: RunConfig): ReadonlyMap<SettingKey, string> {
  const problems = new Map<SettingKey, string>()
  const { model, training, reconstruction } = config
  if (config.method !== 'ddad') return problems
  if (training.microBatch > training.batchSize) {
    problems.set('training.microBatch', `At most the batch size, ${training.batchSize}.`)
  }
  const levels = model.multipliers.map((multiplier) => multiplier * model.baseChannels)
  if (levels.some((channels) => channels % model.groups !== 0)) {
    problems.set('model.groups', `Must divide ${levels.join(', ')}, the channels of the levels.`)
  }
  if (model.multipliers.length === 0) {
    problems.set('model.multipliers', 'At least one level is needed.')
  } else if (model.imageSize % 2 ** (model.multipliers.length - 1) !== 0) {
    problems.set('model.multipliers', `Too many levels for ${model.imageSize} px.`)
  }
  if (reconstruction.skip > reconstruction.startStep) {
    problems.set('reconstruction.skip', `At most T′, ${reconstruction.startStep}.`)
  }
  return problems
}

/** What stands in the way of each setting; combinations are only looked at when every value is allowed. */
export function settingProblems(config: RunConfig): ReadonlyMap<SettingKey, string> {
  const problems = new Map<SettingKey, string>()
  for (const key of Object.keys(settings) as SettingKey[]) {
    if (!isSettingOf(key, config.method)) continue
    const problem = settingProblem(settings[key], readSetting(config, key))
    if (problem) problems.set(key, problem)
  }
  return problems.size > 0 ? problems : configProblems(config)
}

/** A value as text, the way the settings of two runs are compared. */
export function formatSetting(key: SettingKey, value: SettingValue): string {
  const { input } = settings[key]
  if (value === null) return 'off'
  if (input.kind === 'choice') {
    return input.options.find((option) => option.value === value)?.label ?? String(value)
  }
  if (typeof value === 'boolean') return value ? 'yes' : 'no'
  return Array.isArray(value) ? value.join(', ') : String(value)
}
