/** What a person finds an image to be is said where the image is looked at. */
import { expect } from '@playwright/test'
import { maskWorkspace } from './mask-workspace.ts'
import { openStudio, screenshot, temporaryFolder } from './studio.ts'
import { test } from './studio-test.ts'

test('verdict, label, cause and note are given in the review, kept and taken back', async () => {
  const { folder, images } = await maskWorkspace(temporaryFolder('verdict'))
  const studio = await openStudio(folder)
  const { app, page } = studio
  await page.evaluate((id) => (location.hash = `#/review?imageId=${id}`), images[0]!)
  await page.reload()
  const verdict = (name: string) => page.getByTestId(`verdict-${name}`)
  const pressed = (name: string) => expect(verdict(name)).toHaveAttribute('aria-pressed', 'true')
  await pressed('not-reviewed')
  await page.keyboard.press('Shift+M')
  await pressed('mask-wrong')
  await verdict('ambiguous').click()
  await pressed('ambiguous')
  await page.keyboard.press('Control+z')
  await pressed('mask-wrong')
  await page.getByTestId('review-label').selectOption({ label: 'Should be good' })
  await pressed('label-wrong')
  await page.getByTestId('review-cause').selectOption({ label: 'Lighting' })
  await expect(page.getByTitle('Take this cause away')).toHaveText(/Lighting/)
  await page.getByTestId('review-note').fill('a bright row at the bottom')
  await page.getByTestId('review-note').press('Enter')
  await page.getByTestId('review-note').blur()
  await screenshot(studio, 'review-verdict-1')

  await page.keyboard.press('ArrowRight')
  await pressed('not-reviewed')
  await expect(page.getByTestId('review-note')).toHaveValue('')
  await page.keyboard.press('ArrowLeft')
  await pressed('label-wrong')
  await page.reload()
  await pressed('label-wrong')
  await expect(page.getByTestId('review-label')).toHaveValue('nominal')
  await expect(page.getByTestId('review-note')).toHaveValue('a bright row at the bottom')
  for (const theme of ['dark', 'light']) {
    await page.evaluate((name) => (document.documentElement.dataset['theme'] = name), theme)
    await page.setViewportSize({ width: 1100, height: 700 })
    await screenshot(studio, `review-verdict-2-${theme}`)
  }
  await app.close()
})
