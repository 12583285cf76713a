/** The system's dialogs. They answer paths to main only; the page never sees one. */
import { BrowserWindow, dialog } from 'electron'
import type { Dialogs } from '../ipc/dialogs.ts'

const window = () => BrowserWindow.getFocusedWindow() ?? BrowserWindow.getAllWindows()[0]

export const dialogs: Dialogs = {
  folder: async (title) => {
    const parent = window()
    if (!parent) return null
    const options = { title, properties: ['openDirectory', 'createDirectory'] as const }
    const { filePaths } = await dialog.showOpenDialog(parent, {
      ...options,
      properties: [...options.properties],
    })
    return filePaths[0] ?? null
  },
  open: async (title, name, extensions) => {
    const parent = window()
    if (!parent) return null
    const { filePaths } = await dialog.showOpenDialog(parent, {
      title,
      properties: ['openFile'],
      filters: [{ name, extensions: [...extensions] }],
    })
    return filePaths[0] ?? null
  },
  save: async (title, defaultPath, extension) => {
    const parent = window()
    if (!parent) return null
    const { filePath } = await dialog.showSaveDialog(parent, {
      title,
      defaultPath,
      filters: [{ name: extension.toUpperCase(), extensions: [extension] }],
    })
    return filePath || null
  },
}
