import fs from 'node:fs'
import path from 'node:path'
import { expect } from '@playwright/test'
import { makeReadOnly } from '../support/read-only.ts'
import { goTo } from './places.ts'
import { ask, openStudio, screenshot, temporaryFolder } from './studio.ts'
import { test } from './studio-test.ts'

test('a database that is deleted under the window is told, and nothing is accepted any more', async () => {
  const workspace = temporaryFolder('health')
  const { app, page } = await openStudio(workspace)
  await page.waitForSelector('nav')
  for (const name of fs.readdirSync(workspace).filter((each) => each.startsWith('studio.db')))
    fs.rmSync(path.join(workspace, name))
  const notice = page
    .getByRole('alert')
    .filter({ hasText: 'was deleted or moved while it was open' })
  await expect(notice).toBeVisible()
  await expect(notice.getByRole('button', { name: 'Save a copy' })).toBeVisible()
  await page.screenshot({ path: 'test-results/screens/health.png' })
  const answer = await page.evaluate(() =>
    (
      window as unknown as { ddad: { request(name: string, input: unknown): Promise<unknown> } }
    ).ddad.request('preferences.set', {}),
  )
  expect(answer).toMatchObject({ ok: false, error: { code: 'WORKSPACE_LOST' } })
  await app.close()
})

test('a workspace that may not be written opens with a notice, and a change is refused', async () => {
  const workspace = temporaryFolder('read-only')
  const first = await openStudio(workspace)
  await first.page.waitForSelector('nav')
  await first.app.close()
  const undo = makeReadOnly(workspace)
  test.skip(!undo, 'Nothing can be made read-only here.')
  try {
    const studio = await openStudio(workspace)
    const notice = studio.page.getByRole('status').filter({ hasText: 'may only be looked at' })
    await expect(notice).toBeVisible()
    // What would change the workspace is off and says why; looking is not.
    const demo = studio.page.getByTestId('run-demo')
    await expect(demo).toBeDisabled()
    await expect(demo).toHaveAttribute('title', /may only be looked at/)
    await screenshot(studio, 'read-only')
    await goTo(studio.page, '#/settings')
    await expect(studio.page.getByTestId('preference-notify')).toBeDisabled()
    await expect(studio.page.getByTestId('cache-limit')).toBeVisible()
    await screenshot(studio, 'read-only-settings')
    await expect(ask(studio.page, 'preferences.set', {})).rejects.toThrow('may only be looked at')
    await studio.app.close()
  } finally {
    undo!()
  }
})
