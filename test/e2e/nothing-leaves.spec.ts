import dgram from 'node:dgram'
import fs from 'node:fs'
import net from 'node:net'
import path from 'node:path'
import type { AddressInfo } from 'node:net'
import { expect } from '@playwright/test'
import { openStudio, temporaryFolder } from './studio.ts'
import { test } from './studio-test.ts'

/** Ways out that a script in the page might try; each tells what came of it. */
async function tryToLeave({ udp, tcp }: { udp: number; tcp: number }): Promise<string[]> {
  const said: string[] = []
  const note = (what: string, outcome: unknown) => said.push(`${what}: ${String(outcome)}`)
  const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))
  const frame = document.createElement('iframe')
  document.body.append(frame)
  const realms: [string, (Window & typeof globalThis) | null][] = [
    ['page', window],
    ['frame', frame.contentWindow as (Window & typeof globalThis) | null],
  ]
  for (const [name, realm] of realms) {
    try {
      const peer = new realm!.RTCPeerConnection({
        iceServers: [
          { urls: [`stun:127.0.0.1:${udp}`] },
          { urls: [`turn:127.0.0.1:${tcp}?transport=tcp`], username: 'a', credential: 'b' },
        ],
      })
      peer.createDataChannel('out')
      await peer.setLocalDescription(await peer.createOffer())
      await wait(1500)
      peer.close()
      note(`${name} WebRTC`, 'made')
    } catch (error) {
      note(`${name} WebRTC`, error)
    }
  }
  for (const [what, go] of [
    ['fetch', () => fetch(`http://127.0.0.1:${tcp}/`)],
    [
      'image',
      () =>
        new Promise((done, fail) => {
          const image = new Image()
          image.onload = done
          image.onerror = () => fail(new Error('not loaded'))
          image.src = `http://127.0.0.1:${tcp}/a.png`
        }),
    ],
    ['socket', () => new WebSocket(`ws://127.0.0.1:${tcp}/`)],
    ['beacon', () => navigator.sendBeacon(`http://127.0.0.1:${tcp}/`, 'x')],
    ['stylesheet', () => import(/* @vite-ignore */ `http://127.0.0.1:${tcp}/a.js`)],
    ['OPFS', () => navigator.storage.getDirectory()],
    ['IndexedDB', () => indexedDB.open('x')],
    ['worker', () => new Worker(URL.createObjectURL(new Blob(['fetch("/")'])))],
  ] as [string, () => unknown][]) {
    try {
      note(what, await go())
    } catch (error) {
      note(what, error)
    }
  }
  return said
}

test('no packet leaves the page, nothing is downloaded, and one policy says so', async () => {
  const workspace = temporaryFolder('leave')
  let packets = 0
  let connections = 0
  const udp = dgram.createSocket('udp4').on('message', () => (packets += 1))
  const tcp = net.createServer((socket) => {
    connections += 1
    socket.destroy()
  })
  await new Promise<void>((done) => udp.bind(0, '127.0.0.1', done))
  await new Promise<void>((done) => tcp.listen(0, '127.0.0.1', done))
  const ports = { udp: udp.address().port, tcp: (tcp.address() as AddressInfo).port }

  const { app, page } = await openStudio(workspace)
  page.removeAllListeners('console')
  page.removeAllListeners('pageerror')
  await page.waitForSelector('nav, main')
  const said = await page.evaluate(tryToLeave, ports)
  for (const what of [
    'fetch',
    'image',
    'socket',
    'beacon',
    'stylesheet',
    'OPFS',
    'IndexedDB',
    'page WebRTC',
  ])
    expect(
      said.find((line) => line.startsWith(`${what}:`)),
      what,
    ).toMatch(/Error|not /)
  expect({ packets, connections, said }).toMatchObject({ packets: 0, connections: 0 })

  // One policy, in the header alone.
  expect(await page.locator('meta[http-equiv]').count()).toBe(0)
  const policy = await page.evaluate(
    async () => (await fetch(location.href)).headers.get('content-security-policy') ?? '',
  )
  for (const part of ["default-src 'none'", "script-src 'self'", "style-src 'self';"])
    expect(policy).toContain(part)
  expect(policy).not.toContain('unsafe')

  // A download ends before it begins.
  const downloads = await app.evaluate(({ session }) => {
    const seen: string[] = []
    session.defaultSession.on('will-download', (event, item) =>
      seen.push(`${event.defaultPrevented} ${item.getState()}`),
    )
    return new Promise<string[]>((done) => setTimeout(() => done(seen), 1500)).then(
      (result) => result,
    )
  })
  expect(downloads).toEqual([])
  const before = fs.readdirSync(workspace).sort()
  await page.evaluate(() => {
    const link = document.createElement('a')
    link.href = URL.createObjectURL(new Blob(['out']))
    link.download = 'out.txt'
    link.click()
  })
  await page.waitForTimeout(500)
  expect(fs.readdirSync(workspace).sort()).toEqual(before)
  expect(fs.existsSync(path.join(process.env['HOME'] ?? '/', 'Downloads/out.txt'))).toBe(false)
  await app.close()
  udp.close()
  tcp.close()
})
