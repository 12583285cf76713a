/** The `test` of the window specs: what a test leaves open is closed, and a failure keeps a picture of every window. */
import type { ChildProcess } from 'node:child_process'
import { test as base, type ElectronApplication } from '@playwright/test'

/** How long the studio may take to close; a running job saves its work first. */
const CLOSING_MS = 10_000
const STDERR_LINES = 8

interface Opened {
  readonly app: ElectronApplication
  readonly process: ChildProcess
  /** What the page has reported as errors. */
  readonly errors: string[]
  readonly stderr: () => string
}

const open = new Set<Opened>()

/** What `work` resolves to, or an error that says what did not happen in time. */
export async function within<T>(milliseconds: number, what: string, work: Promise<T>): Promise<T> {
  const late = Promise.withResolvers<never>()
  const timer = setTimeout(
    () => late.reject(new Error(`Waited ${milliseconds / 1000} s for ${what}.`)),
    milliseconds,
  )
  try {
    return await Promise.race([work, late.promise])
  } finally {
    clearTimeout(timer)
  }
}

/** Watches an application that was started, and gives its `close` a limit: one that hangs is ended, which is a failure. */
export function track(app: ElectronApplication): Opened {
  const lines: string[] = []
  const process = app.process()
  process.stderr?.on('data', (chunk: Buffer) => {
    lines.push(...chunk.toString().split('\n').filter(Boolean))
    lines.splice(0, lines.length - STDERR_LINES)
  })
  const opened = { app, process, errors: [], stderr: () => lines.join('\n') }
  open.add(opened)
  const close = app.close.bind(app)
  app.close = async () => {
    try {
      await within(CLOSING_MS, 'the studio to close', close())
    } catch (error) {
      open.delete(opened)
      process.kill('SIGKILL')
      throw new Error(`${(error as Error).message} It was ended. It last said:\n${opened.stderr()}`)
    }
    settle(opened)
  }
  return opened
}

/** Forgets an application that has ended, and fails for what its page reported. */
function settle(opened: Opened): void {
  open.delete(opened)
  // What a killed application could not answer is no error of the page.
  if (opened.process.signalCode !== null || opened.errors.length === 0) return
  throw new Error(`The page reported errors:\n${opened.errors.join('\n')}`)
}

export const test = base.extend<{ tidy: void }>({
  tidy: [
    async ({}, use, info) => {
      const before = new Set(open)
      await use()
      if (info.status !== info.expectedStatus) {
        const pages = [...open].flatMap(({ app }) => app.windows())
        for (const [index, page] of pages.entries()) {
          const path = info.outputPath(`failure-${index + 1}.png`)
          try {
            await page.screenshot({ path, timeout: 5000 })
            info.attachments.push({ name: 'screenshot', path, contentType: 'image/png' })
          } catch {
            // A window that no longer answers has no picture; the failure itself is told.
          }
        }
      }
      for (const opened of [...open].filter((one) => !before.has(one))) {
        const { exitCode, signalCode } = opened.process
        if (exitCode === null && signalCode === null) await opened.app.close()
        else settle(opened)
      }
    },
    { auto: true },
  ],
})
