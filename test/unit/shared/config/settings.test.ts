import { expect, it } from 'vitest'
import { presets } from '../../../../src/shared/config/presets.ts'
import { extractorNames, runConfigSchema } from '../../../../src/shared/config/run-config.ts'
import {
  changedSettings,
  configProblems,
  settingProblem,
  settingProblems,
  withSetting,
} from '../../../../src/shared/config/setting-values.ts'
import { settingGroups, settings, type SettingKey } from '../../../../src/shared/config/settings.ts'

const keys = Object.keys(settings) as SettingKey[]

function leaves(value: object, prefix = ''): string[] {
  return Object.entries(value).flatMap(([name, child]: [string, unknown]) =>
    typeof child === 'object' && child !== null && !Array.isArray(child)
      ? leaves(child, `${prefix}${name}.`)
      : [`${prefix}${name}`],
  )
}

it('describes every setting of a configuration once', () => {
  const all = new Set([...leaves(presets.ddad), ...leaves(presets.patchcore)])
  const expected = [...all].filter((key) => key !== 'method' && key !== 'preset')
  expect([...keys].sort()).toEqual(expected.sort())
  expect(settingGroups.flatMap((group) => group.keys).sort()).toEqual([...keys].sort())
})

it('offers every extractor', () => {
  const { input } = settings.extractor
  const values = input.kind === 'choice' ? input.options.map(({ value }) => value) : []
  expect(values.toSorted()).toEqual([...extractorNames].sort())
})

it.each(Object.keys(presets))('has nothing to object to in the preset %s', (name) => {
  const config = presets[name]!
  expect([...settingProblems(config)]).toEqual([])
  expect([...configProblems(config)]).toEqual([])
})

it('agrees with the schema at both ends of every range', () => {
  for (const key of keys) {
    const { input } = settings[key]
    if (input.kind !== 'number') continue
    for (const value of [input.min, input.max]) {
      const base = key.startsWith('patchcore.') ? presets.patchcore : presets.tiny
      const config = withSetting(base, key, value)
      expect(runConfigSchema.safeParse(config).success, `${key} = ${value}`).toBe(true)
    }
    expect(settingProblem(settings[key], input.max + 1)).not.toBeNull()
  }
})

it('changes one setting and finds it again', () => {
  const changed = withSetting(presets.ddad, 'model.multipliers', [1, 2])
  expect(changedSettings(changed, presets.ddad)).toEqual(['model.multipliers'])
  expect(presets.ddad.model.multipliers).toHaveLength(6)
  expect(
    changedSettings(withSetting(changed, 'model.multipliers', [1, 1, 2, 2, 4, 4]), presets.ddad),
  ).toEqual([])
})

it('objects to networks that cannot be built', () => {
  const odd = withSetting(presets.ddad, 'model.baseChannels', 40)
  expect([...configProblems(odd).keys()]).toEqual(['model.groups'])
  const deep = withSetting(presets.tiny, 'model.multipliers', [1, 1, 1, 1, 1, 1, 1, 1])
  expect([...configProblems(deep).keys()]).toEqual(['model.multipliers'])
})
