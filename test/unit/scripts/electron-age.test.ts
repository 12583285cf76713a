import fs from 'node:fs'
import path from 'node:path'
import { expect, it } from 'vitest'
import { electronFallback, electronInWords } from '../../../src/provision/electron.mjs'

const root = path.join(import.meta.dirname, '../../..')

it('tells how old the fallback is, and nothing of the declared Electron', () => {
  const now = Date.parse('2026-12-01T12:00:00Z')
  expect(electronInWords('44.11.5', '44.11.5', now)).toBe('44.11.5')
  const old = electronInWords(electronFallback.version, '44.11.5', now)
  expect(old).toContain('42.0.0 of 2026-05-06, 209 days old, in the place of 44.11.5')
  expect(electronInWords('43.1.0', '44.11.5', now)).toBe('43.1.0, in the place of 44.11.5')
})

it('is what the README says', () => {
  const readme = fs.readFileSync(path.join(root, 'README.md'), 'utf8').replaceAll('\n', ' ')
  const { version, released } = electronFallback
  expect(readme).toContain(`Electron ${version}, released on ${released}`)
})
