import { describe, expect, test } from 'vitest'
import {
  commandLine,
  installCommands,
  packagesFor,
} from '../../../scripts/setup/system-packages.mjs'

/** What `ldd` misses of Electron on a minimal Debian 12. */
const libraries = [
  ...['libglib-2.0.so.0', 'libgobject-2.0.so.0', 'libgio-2.0.so.0', 'libnspr4.so', 'libnss3.so'],
  ...['libnssutil3.so', 'libsmime3.so', 'libatk-1.0.so.0', 'libatk-bridge-2.0.so.0'],
  ...['libcups.so.2', 'libdbus-1.so.3', 'libcairo.so.2', 'libgtk-3.so.0', 'libpango-1.0.so.0'],
  ...['libX11.so.6', 'libXcomposite.so.1', 'libXdamage.so.1', 'libXext.so.6', 'libXfixes.so.3'],
  ...['libXrandr.so.2', 'libgbm.so.1', 'libexpat.so.1', 'libxcb.so.1', 'libxkbcommon.so.0'],
  ...['libasound.so.2', 'libatspi.so.0'],
]
const missing = { tools: ['python3', 'pip', 'g++', 'Xvfb'], libraries }

describe('how package managers name what is missing', () => {
  test('Debian', () => {
    expect(packagesFor('apt', missing)).toEqual(
      [
        ...['g++', 'python3', 'python3-pip', 'xvfb', 'libglib2.0-0', 'libnspr4', 'libnss3'],
        ...['libatk1.0-0', 'libatk-bridge2.0-0', 'libcups2', 'libdbus-1-3', 'libcairo2'],
        ...['libgtk-3-0', 'libpango-1.0-0', 'libx11-6', 'libxcomposite1', 'libxdamage1'],
        ...['libxext6', 'libxfixes3', 'libxrandr2', 'libgbm1', 'libexpat1', 'libxcb1'],
        ...['libxkbcommon0', 'libasound2', 'libatspi2.0-0'],
      ].sort(),
    )
  })

  test('newer Debian and Ubuntu, which mark libraries with 64-bit times', () => {
    const known = (name: string) => name === 'libasound2t64'
    const wanted = { tools: [], libraries: ['libasound.so.2', 'libgbm.so.1'] }
    expect(packagesFor('apt', wanted, known)).toEqual(['libasound2t64', 'libgbm1'])
  })

  test('Fedora and openSUSE find packages by the libraries that they provide', () => {
    const wanted = { tools: ['g++'], libraries: ['libgtk-3.so.0'] }
    for (const manager of ['dnf', 'zypper'] as const) {
      expect(packagesFor(manager, wanted)).toEqual(['gcc-c++', 'libgtk-3.so.0()(64bit)'])
    }
    expect(commandLine(installCommands('dnf', packagesFor('dnf', wanted)))).toBe(
      "sudo dnf install -y gcc-c++ 'libgtk-3.so.0()(64bit)'",
    )
  })

  test('Arch', () => {
    expect(packagesFor('pacman', missing)).toEqual(
      [
        ...['python', 'python-pip', 'gcc', 'xorg-server-xvfb', 'glib2', 'nspr', 'nss', 'gtk3'],
        ...['at-spi2-core', 'libcups', 'dbus', 'cairo', 'pango', 'libx11', 'libxcomposite'],
        ...['libxdamage', 'libxext', 'libxfixes', 'libxrandr', 'mesa', 'expat', 'libxcb'],
        ...['libxkbcommon', 'alsa-lib'],
      ].sort(),
    )
  })

  test('one line to paste', () => {
    expect(commandLine(installCommands('apt', ['g++', 'libgtk-3-0']))).toBe(
      'sudo apt-get update -qq && sudo apt-get install -y -qq --no-install-recommends g++ libgtk-3-0',
    )
  })
})
