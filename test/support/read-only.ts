import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'

/**
 * Lets nobody write in a folder: by its rights, or for root, whom rights do not bind, by mounting it over itself.
 * Returns what undoes that, or null where neither can be done.
 */
export function makeReadOnly(folder: string): (() => void) | null {
  if (process.getuid?.() !== 0) {
    const places = fs.readdirSync(folder, { recursive: true }).map(String)
    const all = [folder, ...places.map((name) => path.join(folder, name))]
    const modes = all.map((place) => [place, fs.statSync(place).mode] as const)
    for (const [place, mode] of modes.toReversed()) fs.chmodSync(place, mode & ~0o222)
    return () => modes.forEach(([place, mode]) => fs.chmodSync(place, mode))
  }
  const run = (program: string, ...args: string[]) =>
    execFileSync(program, args, { stdio: 'ignore' })
  try {
    run('mount', '--bind', folder, folder)
    run('mount', '-o', 'remount,ro,bind', folder)
  } catch {
    return null
  }
  return () => run('umount', '--lazy', folder)
}
