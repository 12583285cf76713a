import fs from 'node:fs'
import path from 'node:path'
import { expect, it } from 'vitest'

type Rgb = readonly number[]
const css = fs.readFileSync(
  path.join(import.meta.dirname, '../../../../src/renderer/src/ui/tokens.css'),
  'utf8',
)
const token = (name: string, dark: boolean): Rgb => {
  const [, light, night] = new RegExp(`--${name}: light-dark\\((#\\w+), (#\\w+)\\)`).exec(css)!
  const hex = (dark ? night : light)!
  return [1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16))
}
const luminance = (rgb: Rgb): number => {
  const [r, g, b] = rgb.map((value) => {
    const part = value / 255
    return part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * r! + 0.7152 * g! + 0.0722 * b!
}
/** WCAG 2.2's contrast ratio, 1 … 21. */
function contrast(one: Rgb, other: Rgb): number {
  const [low, high] = [luminance(one), luminance(other)].toSorted((a, b) => a - b)
  return (high! + 0.05) / (low! + 0.05)
}

/** How much of its own colour a badge has for its background. */
const TINT = 0.08

it.each(['light', 'dark'])('every colour of text can be read on every background, %s', (theme) => {
  const dark = theme === 'dark'
  for (const tone of ['text', 'muted', 'accent', 'good', 'warning', 'danger', 'info'])
    for (const ground of ['canvas', 'surface', 'raised', 'hover', 'selected']) {
      const [ink, paper] = [token(tone, dark), token(ground, dark)]
      const tinted = paper.map((value, i) => value * (1 - TINT) + ink[i]! * TINT)
      expect(contrast(ink, tinted), `${tone} on ${ground}`).toBeGreaterThanOrEqual(4.5)
    }
})
