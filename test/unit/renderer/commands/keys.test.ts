import { expect, it } from 'vitest'
import { displayKeys, matches } from '../../../../src/renderer/src/commands/keys.ts'

const press = (
  key: string,
  held: Partial<Record<'ctrl' | 'meta' | 'alt' | 'shift', boolean>> = {},
) => ({
  key,
  ctrlKey: held.ctrl ?? false,
  metaKey: held.meta ?? false,
  altKey: held.alt ?? false,
  shiftKey: held.shift ?? false,
})

it('takes Mod as Control, on macOS as Command', () => {
  expect(matches('Mod+K', press('k', { ctrl: true }), false)).toBe(true)
  expect(matches('Mod+K', press('k', { meta: true }), true)).toBe(true)
  expect(matches('Mod+K', press('k', { ctrl: true }), true)).toBe(false)
})

it('tells a plain key from the same key with a modifier', () => {
  expect(matches('F', press('f'), false)).toBe(true)
  expect(matches('F', press('f', { ctrl: true }), false)).toBe(false)
  expect(matches('F', press('f', { alt: true }), false)).toBe(false)
  expect(matches('F', press('F', { shift: true }), false)).toBe(false)
})

it('finds a character wherever the keyboard has it', () => {
  expect(matches('?', press('?', { shift: true }), false)).toBe(true)
  expect(matches('?', press('?'), false)).toBe(true)
  expect(matches('+', press('+', { shift: true }), false)).toBe(true)
  expect(matches('Mod++', press('+', { ctrl: true }), false)).toBe(true)
})

it('names keys as the keyboard does', () => {
  expect(displayKeys('Mod+K', false)).toBe('Ctrl+K')
  expect(displayKeys('Mod+K', true)).toBe('⌘K')
  expect(displayKeys('Mod++', false)).toBe('Ctrl++')
  expect(displayKeys('ArrowLeft', false)).toBe('←')
})
