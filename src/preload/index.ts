/** The page's only way out: requests, events and dropped folders. */
import { contextBridge, ipcRenderer, webUtils, type IpcRendererEvent } from 'electron'
import { DROP_CHANNEL, EVENT_CHANNEL, REQUEST_CHANNEL } from '../shared/ipc/envelope.ts'
import type { Bridge } from '../shared/ipc/events.ts'

const bridge: Bridge = {
  request: (name, input) => ipcRenderer.invoke(REQUEST_CHANNEL, name, input),
  on: (callback) => {
    const listener = (_event: IpcRendererEvent, name: string, payload: unknown) =>
      callback(name, payload)
    ipcRenderer.on(EVENT_CHANNEL, listener)
    return () => ipcRenderer.off(EVENT_CHANNEL, listener)
  },
  drop: (files) =>
    ipcRenderer.invoke(
      DROP_CHANNEL,
      files.map((file) => webUtils.getPathForFile(file)),
    ),
}

contextBridge.exposeInMainWorld('ddad', bridge)
