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

// What the page does not need and could carry something out by, or keep something in. Before any of its scripts.
contextBridge.executeInMainWorld({
  func: () => {
    const unneeded = [
      'RTCPeerConnection',
      'webkitRTCPeerConnection',
      'RTCDataChannel',
      'indexedDB',
      'caches',
    ]
    unneeded.push('WebTransport', 'WebSocket', 'SharedWorker', 'openDatabase')
    for (const name of unneeded) Reflect.deleteProperty(globalThis, name)
    for (const name of ['storage', 'serviceWorker', 'sendBeacon', 'mediaDevices', 'locks'])
      Reflect.deleteProperty(Navigator.prototype, name)
  },
})
