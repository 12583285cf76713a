import fs from 'node:fs'
import path from 'node:path'
import { expect } from '@playwright/test'
import { openStudio, temporaryFolder } from './studio.ts'
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
  await page.screenshot({ path: 'test-results/screens/health.png' })
  const answer = await page.evaluate(() =>
    (
      window as unknown as { ddad: { request(name: string, input: unknown): Promise<unknown> } }
    ).ddad.request('preferences.set', {}),
  )
  expect(answer).toMatchObject({ ok: false, error: { code: 'WORKSPACE_LOST' } })
  await app.close()
})
