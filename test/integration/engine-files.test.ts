import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import fs from 'node:fs'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import path from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { addressOfWheel, download } from '../../src/provision/download.mjs'
import { unpackWheel } from '../../src/provision/wheel.mjs'
import { openPromise } from 'yauzl'
import { until } from '../support/until.ts'
import { temporaryFolder } from './support.ts'

const content = Buffer.from(Array.from({ length: 300_000 }, (_, i) => (i * i) % 251))
const expected = createHash('sha256').update(content).digest('hex')

/** A server of one folder's worth of answers that keeps what it was asked; closed after the test. */
async function serve(answer: http.RequestListener) {
  const ranges: (string | undefined)[] = []
  const server = http.createServer((request, response) => {
    ranges.push(request.headers.range)
    answer(request, response)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, ranges }
}

/** Answers with the content, or the part of it that was asked for, as registries do. */
const whole: http.RequestListener = ({ headers }, response) => {
  const from = Number(/bytes=(\d+)-/.exec(headers.range ?? '')?.[1] ?? 0)
  if (from >= content.length) {
    response.writeHead(416).end()
    return
  }
  response.writeHead(from > 0 ? 206 : 200).end(content.subarray(from))
}

const options = (onBytes: (bytes: number) => void = () => undefined) => ({
  algorithm: 'sha256' as const,
  expected,
  signal: new AbortController().signal,
  onBytes,
})

describe('fetching a file', () => {
  test('what has arrived before is not asked for again', async () => {
    const { url, ranges } = await serve(whole)
    const file = path.join(temporaryFolder(), 'weights.bin')
    fs.writeFileSync(`${file}.partial`, content.subarray(0, 100_000))
    const told: number[] = []
    await download(
      url,
      file,
      options((bytes) => told.push(bytes)),
    )
    expect(ranges).toEqual(['bytes=100000-'])
    expect(fs.readFileSync(file).equals(content)).toBe(true)
    expect(fs.existsSync(`${file}.partial`)).toBe(false)
    expect(told.at(-1)).toBe(content.length)
    expect(told[0]).toBeGreaterThan(100_000)
  })

  test('a connection that breaks is taken up again where it broke', async () => {
    const file = path.join(temporaryFolder(), 'weights.bin')
    const partial = `${file}.partial`
    const { url, ranges } = await serve((request, response) => {
      if (request.headers.range) return whole(request, response)
      response.writeHead(200, { 'content-length': content.length })
      response.write(content.subarray(0, 120_000))
      const arrived = () => (fs.statSync(partial, { throwIfNoEntry: false })?.size ?? 0) > 0
      void until('a part of the file', arrived).then(() => response.socket?.destroy())
    })
    await download(url, file, options())
    expect(fs.readFileSync(file).equals(content)).toBe(true)
    expect(ranges[0]).toBeUndefined()
    expect(ranges[1]).toMatch(/^bytes=\d+-$/)
  })

  test('giving up keeps what has arrived', async () => {
    const { url } = await serve((_request, response) => {
      response.writeHead(200, { 'content-length': content.length })
      response.write(content.subarray(0, 50_000))
    })
    const file = path.join(temporaryFolder(), 'weights.bin')
    const controller = new AbortController()
    const attempt = download(url, file, {
      ...options(() => controller.abort()),
      signal: controller.signal,
    })
    await expect(attempt).rejects.toThrow()
    expect(fs.existsSync(file)).toBe(false)
    expect(fs.existsSync(`${file}.partial`)).toBe(true)
  })

  test('another file than the pinned one is not kept', async () => {
    const { url } = await serve((_request, response) => response.end('something else'))
    const file = path.join(temporaryFolder(), 'weights.bin')
    await expect(download(url, file, options())).rejects.toThrow('is not the pinned file')
    expect(fs.readdirSync(path.dirname(file))).toEqual([])
  })

  test('a server that cannot be reached is named, with what to do', async () => {
    const { url } = await serve((request) => request.socket.destroy())
    const file = path.join(temporaryFolder(), 'weights.bin')
    await expect(download(url, file, options())).rejects.toThrow(/try again when 127\.0\.0\.1/)
  })
})

describe('a Python index', () => {
  const page =
    '<a href="../../files/other-1.whl#sha256=0">o</a><a href="../../files/a-1.whl#sha256=1">a</a>'

  test('names where a wheel is', async () => {
    const { url } = await serve((_request, response) => response.end(page))
    const { signal } = new AbortController()
    const found = await addressOfWheel(`${url}/simple/`, 'a', 'a-1.whl', signal)
    expect(found).toBe(`${url}/files/a-1.whl`)
    await expect(addressOfWheel(`${url}/simple`, 'a', 'a-2.whl', signal)).rejects.toThrow(
      'does not have a-2.whl',
    )
  })
})

test('a wheel gives its libraries without Python, headers only to a compiler', async () => {
  const folder = temporaryFolder()
  const inside = {
    'tensorflow/libtensorflow_cc.so.2': 'library',
    'tensorflow/include/tensorflow/c/c_api.h': 'header',
    'tensorflow/python/ops.py': 'python',
    'nvidia/cudnn/lib/libcudnn.so.9': 'cuda',
  }
  const script = `import sys, json, zipfile
z = zipfile.ZipFile(sys.argv[1], 'w', zipfile.ZIP_DEFLATED)
for name, text in json.loads(sys.argv[2]).items(): z.writestr(name, text)
z.close()`
  const wheel = path.join(folder, 'a.whl')
  execFileSync('python3', ['-c', script, wheel, JSON.stringify(inside)])
  const read = async (headers: boolean) => {
    const target = path.join(folder, `headers-${headers}`)
    await unpackWheel(openPromise, wheel, target, { headers })
    return fs
      .readdirSync(target, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map(({ name }) => name)
      .toSorted()
  }
  expect(await read(false)).toEqual(['libcudnn.so.9', 'libtensorflow_cc.so.2'])
  expect(await read(true)).toEqual(['c_api.h', 'libcudnn.so.9', 'libtensorflow_cc.so.2'])
})
