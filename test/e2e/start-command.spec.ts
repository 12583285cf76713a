/** `npm start` with a display: what it starts ends with it. */
import { spawn } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { expect } from '@playwright/test'
import { root } from '../support/ddad.ts'
import { temporaryFolder } from './studio.ts'
import { test } from './studio-test.ts'

/** Processes that were started with a word, the asking one aside. */
function processesWith(word: string): number[] {
  return fs.readdirSync('/proc').flatMap((name) => {
    try {
      return fs.readFileSync(`/proc/${name}/cmdline`, 'utf8').includes(word) ? [Number(name)] : []
    } catch {
      // No process, or one that has ended since.
      return []
    }
  })
}

test('npm start hands a signal on to the window, which ends and leaves nothing running', async () => {
  const workspace = path.join(temporaryFolder('start'), 'workspace')
  const child = spawn(process.execPath, ['scripts/start.mjs', '--workspace', workspace], {
    cwd: root,
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let said = ''
  child.stderr.on('data', (chunk) => (said += String(chunk)))
  const ended = new Promise<readonly [number | null, NodeJS.Signals | null]>((resolve) =>
    child.once('close', (code, signal) => resolve([code, signal])),
  )
  await expect.poll(() => fs.existsSync(path.join(workspace, 'studio.db'))).toBe(true)
  // The script, the window's main process, and what that has started.
  await expect.poll(() => processesWith(workspace).length).toBeGreaterThan(1)
  child.kill('SIGTERM')
  expect(await ended, said).toEqual([0, null])
  await expect.poll(() => processesWith(workspace)).toEqual([])
})
