// The application's folder: Electron with the window's archive, its fuses set, and Node's part beside it.
import { crc32 } from 'node:zlib'
import fs from 'node:fs'
import path from 'node:path'
import { flipFuses, FuseV1Options, FuseVersion } from '@electron/fuses'
import { packager } from '@electron/packager'
import { filesBelow } from '../../src/provision/files.mjs'
import {
  centralHeader,
  endRecords,
  localHeader,
} from '../../src/main/services/exchange/archive/zip-records.ts'
import { root } from '../lib/root.mjs'
import { platformOptions } from './platforms.mjs'

/** What Electron's binary refuses and insists on, whoever starts it. */
const fuses = {
  version: FuseVersion.V1,
  [FuseV1Options.RunAsNode]: false,
  [FuseV1Options.EnableCookieEncryption]: true,
  [FuseV1Options.EnableNodeOptionsEnvironmentVariable]: false,
  [FuseV1Options.EnableNodeCliInspectArguments]: false,
  [FuseV1Options.OnlyLoadAppFromAsar]: true,
  [FuseV1Options.GrantFileProtocolExtraPrivileges]: false,
}

/** Packs an unpacked Electron again, in the form in which the packager takes one that it does not fetch itself. */
function packElectron({ executable, version }, folder) {
  const source = path.dirname(executable)
  const file = path.join(folder, `electron-v${version}-${process.platform}-${process.arch}.zip`)
  fs.mkdirSync(folder, { recursive: true })
  const zip = fs.openSync(file, 'w')
  const entries = []
  let offset = 0
  const write = (bytes) => (offset += fs.writeSync(zip, bytes))
  for (const name of filesBelow(source)) {
    const content = fs.readFileSync(path.join(source, name))
    const entry = { path: name, bytes: content.length, crc: crc32(content), offset }
    entries.push(entry)
    write(localHeader(entry))
    write(content)
  }
  const start = offset
  for (const entry of entries) write(centralHeader(entry))
  write(endRecords(entries.length, start, offset))
  fs.closeSync(zip)
}

/** Returns the application's folder. */
export async function makeApplication(work, { window, studio, licences }, about, { electron }) {
  const official = electron.source === 'official'
  const zips = path.join(work, 'electron')
  if (!official) packElectron(electron, zips)
  const [folder] = await packager({
    dir: window,
    out: path.join(work, 'packed'),
    ...{ name: about.product, executableName: about.executable, appVersion: about.version },
    ...{ electronVersion: electron.version, ...(official ? {} : { electronZipDir: zips }) },
    asar: { unpack: '*.node' },
    ...{ prune: false, quiet: true, tmpdir: path.join(work, 'temporary') },
    extraResource: [studio],
    ...platformOptions[process.platform],
  })
  const inside = process.platform === 'darwin' ? path.join(folder, `${about.product}.app`) : folder
  const binary = process.platform === 'win32' ? `${about.executable}.exe` : about.executable
  if (process.platform === 'linux') {
    for (const name of [binary, 'chrome_crashpad_handler', 'chrome-sandbox'])
      fs.chmodSync(path.join(folder, name), 0o755)
  }
  await flipFuses(process.platform === 'darwin' ? inside : path.join(folder, binary), fuses)
  fs.renameSync(path.join(folder, 'LICENSE'), path.join(folder, 'LICENSE.electron.txt'))
  fs.copyFileSync(path.join(root, 'LICENSE'), path.join(folder, 'LICENSE'))
  fs.copyFileSync(licences, path.join(folder, 'LICENSES.txt'))
  return folder
}
