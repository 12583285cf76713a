/** Every view and dialog, dark and light: no fault but minor ones that axe-core knows, and nothing of the window out of reach. */
import { expect, type Page } from '@playwright/test'
import axe from 'axe-core'
import { oddWorkspace, type OddWorkspace } from '../support/odd-plates.ts'
import { goTo, placesOf } from './places.ts'
import { openStudio, screenshot, temporaryFolder, type Studio } from './studio.ts'
import { test } from './studio-test.ts'

test.describe.configure({ mode: 'serial' })

let studio: Studio
let made: OddWorkspace

test.beforeAll(async () => {
  made = await oddWorkspace(temporaryFolder('accessible'))
  studio = await openStudio(made.place)
  await studio.page.evaluate(axe.source)
})
test.afterAll(() => studio.app.close())

/** All but minor faults, each with what it is about. */
function faults(page: Page): Promise<readonly string[]> {
  return page.evaluate(async () => {
    const { axe: runner } = window as unknown as { axe: typeof axe }
    const { violations } = await runner.run(document, { resultTypes: ['violations'] })
    return violations
      .filter(({ impact }) => impact !== 'minor')
      .flatMap(({ id, nodes }) => {
        const [first] = nodes
        const why = first?.any[0]?.message ?? first?.all[0]?.message ?? ''
        return [`${id} (${nodes.length}): ${first?.html.slice(0, 160) ?? ''} ${why}`]
      })
  })
}

/** What opens a dialog, and where. */
const dialogs = [
  ['runs', 'open-palette'],
  ['runs', 'choose-columns'],
  ['runs', 'open-trash'],
  ['category', 'filter-menu'],
  ['start-step-image', 'sweep-open'],
  ['evaluation-results', 'evaluate-again'],
] as const

for (const theme of ['light', 'dark']) {
  test(`every view is free of faults, ${theme}`, async () => {
    const { page } = studio
    await page.evaluate((name) => (document.documentElement.dataset['theme'] = name), theme)
    const found: string[] = []
    for (const [name, place] of placesOf(made)) {
      await goTo(page, place)
      for (const fault of await faults(page)) found.push(`${name}: ${fault}`)
      await page.setViewportSize({ width: 1440, height: 900 })
      await screenshot(studio, `view-${name}-${theme}-large`)
      await page.setViewportSize({ width: 1100, height: 700 })
      await screenshot(studio, `view-${name}-${theme}-small`)
    }
    for (const [place, testid] of dialogs) {
      await goTo(page, placesOf(made).get(place)!)
      await page.getByTestId(testid).first().click()
      await expect(page.getByRole('dialog').first()).toBeVisible()
      for (const fault of await faults(page)) found.push(`${testid}: ${fault}`)
      await screenshot(studio, `dialog-${testid}-${theme}`)
      await page.keyboard.press('Escape')
      await expect(page.getByRole('dialog')).toHaveCount(0)
    }
    expect(found).toEqual([])
  })
}
