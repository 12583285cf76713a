import { expect, it } from 'vitest'
import { presets } from '../../../../src/shared/config/presets.ts'
import { withSetting } from '../../../../src/shared/config/setting-values.ts'
import { nameOfRun } from '../../../../src/shared/runs/naming.ts'

const { tiny } = presets

it('tells what differs from the preset, and counts names that are taken', () => {
  const taken = new Set<string>()
  const name = (config = tiny) => {
    const next = nameOfRun('brick', config, (one) => taken.has(one))
    taken.add(next)
    return next
  }
  expect(name({ ...tiny, seed: 7 })).toBe('brick (tiny, seed 7)')
  expect(name({ ...tiny, seed: 7 })).toBe('brick (tiny, seed 7) 2')
  expect(name({ ...tiny, seed: 7 })).toBe('brick (tiny, seed 7) 3')
  const longer = withSetting({ ...tiny, seed: 7 }, 'training.epochs', 9)
  expect(name(longer)).toBe('brick (tiny, seed 7, epochs 9)')
  const many = (['reconstruction.eta', 'scoring.pixelWeight', 'training.emaDecay'] as const).reduce(
    (config, key) => withSetting(config, key, 0.5),
    longer,
  )
  expect(name(many)).toMatch(/^brick \(tiny, seed 7, epochs 9, .*, 1 more\)$/)
})
