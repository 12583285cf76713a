/** Prints a document that needs no other file to PDF, in a window that nobody sees and that runs no script. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { BrowserWindow } from 'electron'
import { writeExport } from '../files/files.ts'
import { throwIfCancelled } from '../services/exchange/exports.ts'

/**
 * @param source An HTML file.
 * @param signal Ends it; nothing is written then.
 * @throws {DdadError} CANCELLED when it was given up.
 */
export async function printToPdf(
  source: string,
  destination: string,
  signal: AbortSignal = new AbortController().signal,
): Promise<void> {
  const window = new BrowserWindow({
    show: false,
    webPreferences: { sandbox: true, javascript: false, contextIsolation: true },
  })
  // A destroyed window answers nothing any more.
  const aborted = Promise.withResolvers<null>()
  const abort = (): void => aborted.resolve(null)
  signal.addEventListener('abort', abort)
  try {
    window.webContents.setWindowOpenHandler(() => ({ action: 'deny' }))
    const pdf = await Promise.race([print(window, source), aborted.promise])
    throwIfCancelled(signal)
    if (pdf) await writeExport(destination, pdf)
  } finally {
    signal.removeEventListener('abort', abort)
    window.destroy()
  }
}

async function print(window: BrowserWindow, source: string): Promise<Buffer> {
  await window.loadFile(source)
  return window.webContents.printToPDF({
    printBackground: true,
    preferCSSPageSize: true,
    generateDocumentOutline: true,
    generateTaggedPDF: true,
  })
}

/** As {@link printToPdf}, for a document that has no file yet. */
export async function printDocument(
  html: string,
  destination: string,
  signal: AbortSignal,
): Promise<void> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'ddad-report-'))
  try {
    const source = path.join(folder, 'report.html')
    await writeFile(source, html)
    await printToPdf(source, destination, signal)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
