/** Prints a document that needs no other file to PDF, in a window that nobody sees and that runs no script. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { BrowserWindow } from 'electron'

/** @param source An HTML file. */
export async function printToPdf(source: string, destination: string): Promise<void> {
  const window = new BrowserWindow({
    show: false,
    webPreferences: { sandbox: true, javascript: false, contextIsolation: true },
  })
  try {
    window.webContents.setWindowOpenHandler(() => ({ action: 'deny' }))
    await window.loadFile(source)
    const pdf = await window.webContents.printToPDF({
      printBackground: true,
      preferCSSPageSize: true,
      generateDocumentOutline: true,
      generateTaggedPDF: true,
    })
    await writeFile(destination, pdf)
  } finally {
    window.destroy()
  }
}

/** As {@link printToPdf}, for a document that has no file yet. */
export async function printDocument(html: string, destination: string): Promise<void> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'ddad-report-'))
  try {
    const source = path.join(folder, 'report.html')
    await writeFile(source, html)
    await printToPdf(source, destination)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
