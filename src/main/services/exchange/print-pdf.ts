/** Prints an HTML document to PDF from the command line, through Electron without a display. */
import { spawn } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { DdadError } from '../../../shared/errors.ts'
import { writeExport } from '../../files/files.ts'
import { throwIfCancelled } from './exports.ts'
import { builtFolder, printingElectron } from '../core/installation.ts'

/**
 * @param html A document that needs no other file.
 * @param signal Ends it; nothing is written then.
 * @throws {DdadError} CANCELLED when it was given up, CONFLICT that says what is missing when Electron cannot print here.
 */
export async function printPdf(html: string, file: string, signal: AbortSignal): Promise<void> {
  const electron = printingElectron()
  const built = fs.existsSync(path.join(builtFolder, 'main/index.js'))
  if (!electron || !built) {
    const what = electron ? 'Run `npm run build` first' : 'Run `npm run setup` first'
    throw new DdadError(
      'CONFLICT',
      `A PDF is printed by Electron, which is not ready here. ${what}, or write an .html file and print that.`,
    )
  }
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'ddad-report-'))
  try {
    const source = path.join(folder, 'report.html')
    fs.writeFileSync(source, html)
    const flags = ['--ozone-platform=headless', '--disable-gpu', '--disable-dev-shm-usage']
    // Chromium's sandbox cannot be used by root.
    if (process.getuid?.() === 0) flags.push('--no-sandbox')
    const profile = `--workspace=${path.join(folder, 'profile')}`
    const printed = path.join(folder, 'report.pdf')
    const args = [...flags, ...electron.args, profile, `--print=${source}`, `--to=${printed}`]
    const { code, said } = await run(electron.executable, args, signal)
    throwIfCancelled(signal)
    if (code === 0 && fs.existsSync(printed)) {
      await writeExport(file, fs.readFileSync(printed))
      return
    }
    throw new DdadError(
      'CONFLICT',
      `Electron could not print the report (exit code ${code}): ${said.trim().split('\n').at(-1) ?? ''}. Write an .html file and print that.`,
    )
  } finally {
    fs.rmSync(folder, { recursive: true, force: true })
  }
}

function run(
  executable: string,
  args: string[],
  signal: AbortSignal,
): Promise<{ code: number | null; said: string }> {
  const env = { ...process.env }
  delete env['ELECTRON_RUN_AS_NODE']
  return new Promise((resolve, reject) => {
    const child = spawn(executable, args, { env, stdio: ['ignore', 'ignore', 'pipe'] })
    const kill = (): unknown => child.kill()
    if (signal.aborted) kill()
    signal.addEventListener('abort', kill)
    let said = ''
    child.stderr.on('data', (chunk: Buffer) => (said = (said + chunk.toString()).slice(-4000)))
    child.on('error', reject)
    child.on('close', (code) => {
      signal.removeEventListener('abort', kill)
      resolve({ code, said })
    })
  })
}
