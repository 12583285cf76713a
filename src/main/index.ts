/** Composition root of the window: the only file that knows all parts. */
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { app, BrowserWindow, dialog, Menu } from 'electron'
import type { RunId } from '../shared/core/ids.ts'
import { describeError } from '../shared/errors.ts'
import type { BackgroundContract } from '../shared/processes/background.ts'
import type { EngineContract } from '../shared/processes/engine.ts'
import { Supervisor } from './processes/supervisor.ts'
import { handlersOf } from './ipc/handlers/index.ts'
import { createRouter } from './ipc/router.ts'
import { cardEnvironments, childEnvironment, withoutGpu } from './processes/child-environment.ts'
import { forkNode } from './processes/node-transport.ts'
import type { MethodsOf } from './processes/serve.ts'
import { builtFolder, childEntry } from './services/core/installation.ts'
import { defaultWorkspace } from './services/core/places.ts'
import { whyReadOnly } from './services/core/workspace.ts'
import { openStudio, type Studio } from './services/studio.ts'
import { watchOthers } from './services/core/watch-others.ts'
import { dialogs } from './shell/dialogs.ts'
import { createClosingRule, keepAwake, notifyEnds } from './shell/background-work.ts'
import { printDocument, printToPdf } from './shell/print.ts'
import { declareScheme, serveProtocol } from './shell/protocol.ts'
import { connectPage } from './shell/requests.ts'
import { bringForward, closeNetwork, lockDown, openWindow } from './shell/window.ts'

function chosenWorkspace(): string {
  return typeof values.workspace === 'string'
    ? path.resolve(values.workspace)
    : defaultWorkspace(process.env, process.platform)
}

/** Prints a report for the command line and ends. */
async function printAndExit(source: string, destination: string): Promise<void> {
  try {
    await printToPdf(source, destination)
    app.exit(0)
  } catch (error) {
    console.error(describeError(error).message)
    app.exit(1)
  }
}

/** Runs that the desktop hands over: opened from a file manager, or named on the command line. */
const runFiles = (words: readonly string[], folder: string): string[] =>
  words.filter((word) => /\.ddadrun$/i.test(word)).map((word) => path.resolve(folder, word))

/** Takes in packed runs and shows the last of them. */
async function takeIn(
  { runImport }: Studio,
  files: readonly string[],
  show: (runId: RunId | null) => void,
): Promise<void> {
  for (const file of files) {
    try {
      show((await runImport.read(file)).run.id)
    } catch (error) {
      dialog.showErrorBox(`${path.basename(file)} was not taken in`, describeError(error).message)
    }
  }
}

const [ownCard, ...furtherCards] = cardEnvironments(childEnvironment(process.env), process.env)

function child<C extends MethodsOf<C>>(name: 'engine' | 'background', env = ownCard) {
  return new Supervisor<C>({
    spawn: (without) => forkNode(childEntry(name), without ? withoutGpu(env) : env),
  })
}

/**
 * Chromium's profile belongs to the workspace, and with it the lock against a second window on it. One that may not be
 * written has it elsewhere: a profile that cannot be made looks like a second window, which closes without a word.
 */
function profileFolder(workspace: string): string {
  const own = path.join(workspace, 'cache/window')
  try {
    if (whyReadOnly(workspace) === null) {
      fs.mkdirSync(own, { recursive: true })
      return own
    }
  } catch {
    // Opening the workspace says what is wrong with it.
  }
  const aside = fs.mkdtempSync(path.join(os.tmpdir(), 'ddad-window-'))
  app.on('quit', () => fs.rmSync(aside, { recursive: true, force: true }))
  return aside
}

function start(workspace: string): void {
  let studio: Studio
  try {
    studio = openStudio(workspace, {
      engine: child<EngineContract>('engine'),
      furtherCards: furtherCards.map((env) => child<EngineContract>('engine', env)),
      preview: child<EngineContract>('engine'),
      background: child<BackgroundContract>('background'),
    })
  } catch (error) {
    dialog.showErrorBox('DDAD Studio cannot open this workspace', describeError(error).message)
    app.exit(1)
    return
  }
  const router = createRouter(
    handlersOf(studio, dialogs, printDocument),
    (name, error) => console.error(`Request ${name} failed:`, error),
    studio.health,
  )
  studio.health.waitBriefly()
  surviveDatabase(studio)
  lockDown()
  connectPage(router, studio)
  serveProtocol(path.join(builtFolder, 'renderer'), studio)
  const closing = createClosingRule(studio)
  const open = () => closing.guard(openWindow(builtFolder, studio))
  const show = (runId: RunId | null) => bringForward(open, studio, runId)
  keepAwake(studio)
  notifyEnds(studio, show)
  open()
  studio.queue.start()
  if (studio.readOnly === null) studio.followPlaces.start()
  const stopWatching = watchOthers(studio)
  app.on('second-instance', (_event, words, folder) => {
    show(null)
    void takeIn(studio, runFiles(words, folder), show)
  })
  void takeIn(studio, runFiles(process.argv.slice(1), process.cwd()), show)
  app.on('activate', () => {
    if (BrowserWindow.getAllWindows().length === 0) open()
  })
  app.on('window-all-closed', () => {
    if (process.platform !== 'darwin' && !closing.goesOn()) app.quit()
  })
  closeBeforeQuit(studio, stopWatching)
}

/** What SQLite throws where nobody waits for it is told by the banner; anything else ends as Electron has it. */
function surviveDatabase({ health }: Studio): void {
  process.on('uncaughtException', (error) => {
    console.error('Unexpected:', error)
    if (!health.suspect(error) && describeError(error).code === 'INTERNAL')
      dialog.showErrorBox('Something unexpected went wrong', error.stack ?? error.message)
  })
}

/** After the last window: quitting waits until the running job has saved its work. */
function closeBeforeQuit(studio: Studio, stopWatching: () => void): void {
  let closed = false
  let closing = false
  app.on('will-quit', (event) => {
    if (closed) return
    event.preventDefault()
    if (closing) return
    closing = true
    stopWatching()
    void studio
      .close()
      .catch((error: unknown) => console.error('Closing failed:', error))
      .then(() => {
        closed = true
        app.quit()
      })
  })
}

const { values } = parseArgs({
  args: process.argv.slice(1),
  options: { workspace: { type: 'string' }, print: { type: 'string' }, to: { type: 'string' } },
  strict: false,
})
const workspace = chosenWorkspace()
app.setPath('userData', profileFolder(workspace))
Menu.setApplicationMenu(null)
declareScheme()
closeNetwork()
const { print, to } = values
if (typeof print === 'string' && typeof to === 'string') {
  void app.whenReady().then(() => printAndExit(path.resolve(print), path.resolve(to)))
} else if (app.requestSingleInstanceLock()) void app.whenReady().then(() => start(workspace))
else app.quit()
