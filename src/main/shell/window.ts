/** The window: sandboxed, its page only, size and place remembered. */
import path from 'node:path'
import { app, BrowserWindow, screen, session } from 'electron'
import { z } from 'zod'
import type { RunId } from '../../shared/core/ids.ts'
import { addresses, SCHEME } from '../../shared/ipc/addresses.ts'
import type { Studio } from '../services/studio.ts'

const stateSchema = z.strictObject({
  bounds: z.strictObject({
    x: z.number().int(),
    y: z.number().int(),
    width: z.number().int(),
    height: z.number().int(),
  }),
  maximised: z.boolean(),
})
type WindowState = z.infer<typeof stateSchema>

const KEY = 'window'
/** A page may die this often within a minute before it is no longer loaded again. */
const CRASHES = 5
const CRASH_WINDOW_MS = 60_000
const RELOAD_MS = 250

/** The remembered place, unless it lies outside every screen that is there now. */
function rememberedState(settings: Studio['settings']): WindowState | null {
  const state = stateSchema.safeParse(settings.get(KEY)).data
  if (!state) return null
  const { x, y, width, height } = state.bounds
  const visible = screen.getAllDisplays().some(({ workArea }) => {
    const across = Math.min(x + width, workArea.x + workArea.width) - Math.max(x, workArea.x)
    const down = Math.min(y + height, workArea.y + workArea.height) - Math.max(y, workArea.y)
    return across > 100 && down > 100
  })
  return visible ? state : null
}

/** Forbids everything that the page does not need; it may copy text, not read what others have copied. To be called once. */
export function lockDown(): void {
  const needed = (permission: string): boolean => permission === 'clipboard-sanitized-write'
  session.defaultSession.setPermissionRequestHandler((_contents, permission, answer) =>
    answer(needed(permission)),
  )
  session.defaultSession.setPermissionCheckHandler((_contents, permission) => needed(permission))
  session.defaultSession.on('will-download', (event) => event.preventDefault())
  // The content security policy binds the page; this binds Chromium, whatever runs in it.
  const own = new RegExp(`^(?:${SCHEME}|devtools|blob|data):`)
  session.defaultSession.webRequest.onBeforeRequest(({ url }, answer) => {
    // Reports are printed from a file.
    answer({ cancel: !own.test(url) && !url.startsWith('file:') })
  })
}

/** Before the application is ready: WebRTC sends no packet past a proxy, and there is none. */
export function closeNetwork(): void {
  app.commandLine.appendSwitch('webrtc-ip-handling-policy', 'disable_non_proxied_udp')
  app.commandLine.appendSwitch('force-webrtc-ip-handling-policy', 'disable_non_proxied_udp')
  app.commandLine.appendSwitch('host-resolver-rules', 'MAP * ~NOTFOUND')
}

/**
 * Loads the page again when its process has died, at the place where it was. Jobs do not notice. A page
 * that dies again and again is left, so that its log can be read.
 */
function reloadAfterCrash(window: BrowserWindow): void {
  let crashes: number[] = []
  window.webContents.on('render-process-gone', (_event, { reason, exitCode }) => {
    if (reason === 'clean-exit') return
    console.error(`The page's process has ended: ${reason}, exit code ${exitCode}.`)
    const now = Date.now()
    crashes = [...crashes.filter((at) => now - at < CRASH_WINDOW_MS), now]
    if (crashes.length > CRASHES) return
    // Not before Chromium has put the dead process away.
    setTimeout(() => {
      if (!window.isDestroyed()) window.webContents.reload()
    }, RELOAD_MS)
  })
}

/** Opens the window and loads the page. */
export function openWindow(builtFolder: string, { settings }: Studio): BrowserWindow {
  const state = rememberedState(settings)
  const window = new BrowserWindow({
    title: 'DDAD Studio',
    minWidth: 1000,
    minHeight: 680,
    ...(state?.bounds ?? { width: 1440, height: 900 }),
    show: false,
    // Windows and macOS take it from the executable.
    ...(process.platform === 'linux' && {
      icon: path.join(builtFolder, '../resources/icon/icon-512.png'),
    }),
    backgroundColor: '#14161a',
    webPreferences: {
      preload: path.join(builtFolder, 'preload/index.cjs'),
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      spellcheck: false,
    },
  })
  if (state?.maximised) window.maximize()
  window.once('ready-to-show', () => window.show())
  window.on('page-title-updated', (event) => event.preventDefault())
  window.on('close', () => {
    try {
      settings.put(KEY, { bounds: window.getNormalBounds(), maximised: window.isMaximized() })
    } catch {
      // The window closes where its place cannot be kept, too.
    }
  })
  window.webContents.setWebRTCIPHandlingPolicy('disable_non_proxied_udp')
  reloadAfterCrash(window)
  window.webContents.on('will-navigate', (event) => event.preventDefault())
  window.webContents.on('will-attach-webview', (event) => event.preventDefault())
  window.webContents.setWindowOpenHandler(() => ({ action: 'deny' }))
  void window.loadURL(addresses.page)
  return window
}

/** Shows the window, or opens one, at a run where one is named. */
export function bringForward(
  open: () => BrowserWindow,
  { facts }: Studio,
  runId: RunId | null,
): void {
  const window = BrowserWindow.getAllWindows()[0] ?? open()
  if (window.isMinimized()) window.restore()
  window.focus()
  if (runId === null) return
  const tell = () => facts.tell('run.shown', { runId })
  if (window.webContents.isLoading()) window.webContents.once('did-finish-load', tell)
  else tell()
}
