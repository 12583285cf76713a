/** Starts the real studio in the real Electron and keeps screenshots of what it shows. */
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { _electron, type ElectronApplication, type Page } from '@playwright/test'
import type { Envelope } from '../../src/shared/ipc/envelope.ts'
import type { Bridge } from '../../src/shared/ipc/events.ts'
import { makeBricks } from '../support/make-bricks.ts'
import { track } from './studio-test.ts'

const root = path.resolve(import.meta.dirname, '../..')
/** How long a click or a key may wait for what it is meant for. */
const ACTION_MS = 60_000
const screens = path.join(root, 'test-results/screens')

export interface Studio {
  readonly app: ElectronApplication
  readonly page: Page
}

/** How the studio is started on a workspace. `DDAD_ELECTRON` names the Electron binary. */
export function launchOf(workspace: string) {
  return {
    executablePath: process.env['DDAD_ELECTRON']!,
    args: ['--no-sandbox', '--disable-gpu', root, '--workspace', workspace],
    env: { ...process.env, DDAD_NODE: process.execPath } as Record<string, string>,
  }
}

/** Opens the studio on a workspace. */
export async function openStudio(workspace: string): Promise<Studio> {
  const app = await _electron.launch(launchOf(workspace))
  const { errors } = track(app)
  const page = await app.firstWindow()
  page.setDefaultTimeout(ACTION_MS)
  page.on('pageerror', (error) => errors.push(error.message))
  page.on('console', (message) => message.type() === 'error' && errors.push(message.text()))
  // A window may be there before its page listens to keys.
  await page.locator('#app > *').first().waitFor()
  return { app, page }
}

/** The engine's processes of an application. */
export function enginesOf({ app }: Studio): number[] {
  const parent = app.process().pid!
  return fs.readdirSync('/proc').flatMap((name) => {
    try {
      const status = fs.readFileSync(`/proc/${name}/status`, 'utf8')
      const command = fs.readFileSync(`/proc/${name}/cmdline`, 'utf8')
      const own = status.includes(`PPid:\t${parent}\n`) && command.includes('/main/engine')
      return own ? [Number(name)] : []
    } catch {
      // No process, or one that has ended since.
      return []
    }
  })
}

/** A folder of its own for one test. */
export function temporaryFolder(name: string): string {
  return fs.mkdtempSync(path.join(os.tmpdir(), `ddad-${name}-`))
}

/** A small MVTec-layout data set: part of one category of the demo data. */
export async function smallDataset(folder: string): Promise<string> {
  const whole = path.join(folder, 'whole')
  await makeBricks(whole)
  const target = path.join(folder, 'Ziegel & Söhne #1', 'brick')
  const keep = (part: string, names: readonly string[]) => {
    fs.mkdirSync(path.join(target, part), { recursive: true })
    for (const name of names)
      fs.copyFileSync(path.join(whole, 'brick', part, name), path.join(target, part, name))
  }
  const files = (count: number, ending = '.png') =>
    Array.from({ length: count }, (_, i) => String(i).padStart(3, '0') + ending)
  keep('train/good', files(8))
  keep('test/good', files(3))
  for (const defect of ['hole', 'scratch']) {
    keep(`test/${defect}`, files(2))
    keep(`ground_truth/${defect}`, files(2, '_mask.png'))
  }
  return path.dirname(target)
}

/** Answers the system's folder dialog, which no test can click, with a folder. */
export async function answerFolderDialog({ app }: Studio, folder: string): Promise<void> {
  await app.evaluate(({ dialog }, chosen) => {
    dialog.showOpenDialog = async () => ({ canceled: false, filePaths: [chosen] })
  }, folder)
}

export async function screenshot({ page }: Studio, name: string): Promise<void> {
  fs.mkdirSync(screens, { recursive: true })
  await page.screenshot({ path: path.join(screens, `${name}.png`) })
}

/** Fills settings of the open Train page by key, chosen from a list or typed. */
export async function fillSettings(
  page: Page,
  settings: readonly (readonly [key: string, value: string])[],
): Promise<void> {
  for (const [key, value] of settings) {
    const setting = page.getByTestId(`setting-${key}`)
    if ((await setting.evaluate((node) => node.tagName)) === 'SELECT')
      await setting.selectOption(value)
    else {
      await setting.fill(value)
      await setting.press('Tab')
    }
  }
}

/** Asks main as the page does; rejected with the message that a user would see. */
export async function ask<Answer>(page: Page, name: string, input: unknown): Promise<Answer> {
  const envelope = await page.evaluate(
    ([route, value]) =>
      (window as unknown as { ddad: Bridge }).ddad.request(route as string, value),
    [name, input] as const,
  )
  const answer = envelope as Envelope<Answer>
  if (!answer.ok) throw new Error(`${name}: ${answer.error.message}`)
  return answer.data
}
