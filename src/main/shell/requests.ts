/** Electron's end of the router: requests and dropped folders in, facts out. */
import fs from 'node:fs'
import { BrowserWindow, ipcMain, type IpcMainInvokeEvent } from 'electron'
import { z } from 'zod'
import { DROP_CHANNEL, EVENT_CHANNEL, REQUEST_CHANNEL } from '../../shared/ipc/envelope.ts'
import { isTrusted, type Router, type Sender } from '../ipc/router.ts'
import type { Studio } from '../services/studio.ts'

const droppedPaths = z.array(z.string().min(1).max(4096)).max(64)

function senderOf({ senderFrame }: IpcMainInvokeEvent): Sender {
  return {
    url: senderFrame?.url ?? '',
    mainFrame: senderFrame !== null && senderFrame.parent === null,
  }
}

/** Connects the page to the router and to the facts. */
export function connectPage(router: Router, { datasets, facts }: Studio): void {
  ipcMain.handle(REQUEST_CHANNEL, (event, name: unknown, input: unknown) =>
    router(senderOf(event), name, input),
  )
  ipcMain.handle(DROP_CHANNEL, (event, paths: unknown) => {
    const parsed = droppedPaths.safeParse(paths)
    if (!isTrusted(senderOf(event)) || !parsed.success) return []
    const folders = parsed.data.filter((file) =>
      fs.statSync(file, { throwIfNoEntry: false })?.isDirectory(),
    )
    return folders.map((folder) => datasets.register(folder))
  })
  facts.onAny(({ name, payload }) => {
    for (const window of BrowserWindow.getAllWindows()) {
      if (!window.isDestroyed()) window.webContents.send(EVENT_CHANNEL, name, payload)
    }
  })
}
