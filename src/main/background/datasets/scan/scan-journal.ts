import { createHash } from 'node:crypto'
import fs from 'node:fs'
import { mkdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import type { FolderTree } from './folder-tree.ts'
import type { Inspected, InspectRules } from './inspect.ts'
import type { PlacedImage } from './layout.ts'

/**
 * What a scan has read, so that one that was ended, by a user or by a kill, goes on from there. An entry holds
 * for the place, size and time that the image and its masks had: of a file that is another now, nothing is
 * known. A line is a hash of all that and what was found; lines that a kill has torn are left out.
 */
export interface ScanJournal {
  known(tree: FolderTree, placed: PlacedImage, rules: InspectRules): Inspected | null
  add(tree: FolderTree, placed: PlacedImage, rules: InspectRules, found: Inspected): void
  /** Resolved when everything is written, as far as it can be. */
  close(): Promise<void>
}

/** Opens a journal, new or with what an earlier scan has left. */
export async function openScanJournal(file: string): Promise<ScanJournal> {
  const text = await readFile(file, 'utf8').catch(() => '')
  const entries = new Map<string, string>()
  for (const line of text.split('\n')) {
    const space = line.indexOf(' ')
    if (space > 0 && line.endsWith('}')) entries.set(line.slice(0, space), line.slice(space + 1))
  }
  await mkdir(path.dirname(file), { recursive: true })
  const stream = fs.createWriteStream(file, { flags: 'a' })
  // A full disk costs the entries, not the scan.
  let broken = false
  stream.on('error', () => (broken = true))
  // What a kill may have torn stays a line of its own.
  if (text !== '') stream.write('\n')

  return {
    known: (...place) => {
      const entry = entries.get(keyOf(...place))
      if (entry === undefined) return null
      try {
        return JSON.parse(entry) as Inspected
      } catch {
        return null
      }
    },
    add: (tree, placed, rules, found) => {
      const { image, problems } = found
      // What could not be read may be readable the next time.
      if (broken || !image || problems.some(({ kind }) => kind.startsWith('unreadable'))) return
      stream.write(`${keyOf(tree, placed, rules)} ${JSON.stringify(found)}\n`)
    },
    close: () =>
      new Promise((resolve) => {
        if (broken) resolve()
        else {
          stream.once('error', () => resolve())
          stream.end(resolve)
        }
      }),
  }
}

/** What is found in a file of the same content changes with these rules; entries by others are not taken. */
const RULES = 4

/** All that what is found in an image's files depends on, without reading them. */
function keyOf({ files }: FolderTree, placed: PlacedImage, rules: InspectRules): string {
  const { codedMasks, reading } = rules
  const chosen = [reading.contradiction, reading.void, reading.turned]
  const stats = [placed.path, ...placed.masks].map((file) => files.get(file))
  const all = JSON.stringify([RULES, placed, codedMasks, chosen, stats])
  return createHash('sha256').update(all).digest('base64url')
}
