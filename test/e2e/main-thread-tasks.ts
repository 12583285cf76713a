import fs from 'node:fs'
import path from 'node:path'
import type { ElectronApplication } from '@playwright/test'

interface TraceEvent {
  readonly name: string
  readonly ph: string
  readonly pid: number
  readonly tid: number
  /** Processor time in microseconds, which other programs on the machine do not lengthen. */
  readonly tdur?: number
  readonly args?: { readonly name?: string }
}

/**
 * Records what the page's main thread does meanwhile.
 * @returns Processor time of each of its tasks, in ms, the longest first.
 */
export async function mainThreadTasks(
  app: ElectronApplication,
  folder: string,
  work: () => Promise<unknown>,
): Promise<readonly number[]> {
  await app.evaluate(({ contentTracing }) =>
    contentTracing.startRecording({
      included_categories: ['toplevel', '__metadata'],
      excluded_categories: ['*'],
    }),
  )
  await work()
  const file = path.join(folder, 'trace.json')
  await app.evaluate(({ contentTracing }, target) => contentTracing.stopRecording(target), file)
  const { traceEvents } = JSON.parse(fs.readFileSync(file, 'utf8')) as {
    traceEvents: readonly TraceEvent[]
  }
  const threads = new Set(
    traceEvents
      .filter(({ name, args }) => name === 'thread_name' && args?.name === 'CrRendererMain')
      .map(({ pid, tid }) => `${pid} ${tid}`),
  )
  return traceEvents
    .filter(({ name, ph, pid, tid }) => {
      return ph === 'X' && name.endsWith('RunTask') && threads.has(`${pid} ${tid}`)
    })
    .map(({ tdur }) => (tdur ?? 0) / 1000)
    .toSorted((a, b) => b - a)
}
