// A Python wheel is a zip file: its libraries are read out of it without Python.
import fs from 'node:fs'
import path from 'node:path'
import { pipeline } from 'node:stream/promises'

const LIBRARIES = /^(tensorflow\/lib\w+\.so\.\d+$|nvidia\/.*\.so(\.[\d.]+)?$)/
const LICENCES = /^[\w.]+\.dist-info\/(licenses\/)?(LICENSE|NOTICE|THIRD_PARTY_NOTICES|License)\S*$/
const HEADERS =
  /^tensorflow\/include\/(tensorflow\/(c|core\/platform|tsl)\/|tsl\/|xla\/tsl\/c\/).*\.h$/

/**
 * Unpacks the libraries and their licences; everything else of a wheel's 1.5 GB stays packed.
 * @param {typeof import('yauzl').openPromise} openZip handed in, as the set-up runs before anything is installed
 * @param {string} file
 * @param {string} destination
 * @param {{ headers?: boolean, signal?: AbortSignal }} options `headers`: also what a compiler needs
 */
export async function unpackWheel(openZip, file, destination, { headers = false, signal } = {}) {
  const zip = await openZip(file)
  try {
    for await (const entry of zip.eachEntry()) {
      const { fileName } = entry
      const wanted =
        LIBRARIES.test(fileName) || LICENCES.test(fileName) || (headers && HEADERS.test(fileName))
      if (!wanted) continue
      const target = path.join(destination, fileName)
      fs.mkdirSync(path.dirname(target), { recursive: true })
      await pipeline(await zip.openReadStreamPromise(entry), fs.createWriteStream(target), {
        signal,
      })
    }
  } finally {
    zip.close()
  }
}
