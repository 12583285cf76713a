/** Writing outside of the workspace: what a kill leaves in a user's folder is cleared at the next start. */
import { randomUUID } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { isLeftover } from '../../files/leftovers.ts'
import { ownerInLives, thisProcess } from './owner.ts'
import type { Workspace } from './workspace.ts'

const NOTES = 'cache/writing'

interface Note {
  readonly destination: string
}

/** Does work that writes a file, or files below a folder; notes where until it has ended. */
export async function writingTo<Result>(
  { resolve }: Workspace,
  destination: string,
  work: () => Promise<Result>,
): Promise<Result> {
  const note = resolve(path.join(NOTES, `${randomUUID()}.json`))
  fs.mkdirSync(path.dirname(note), { recursive: true })
  const content: Note = { destination: path.resolve(destination) }
  fs.writeFileSync(note, JSON.stringify({ ...thisProcess(), ...content }))
  try {
    return await work()
  } finally {
    fs.rmSync(note, { force: true })
  }
}

/** Removes what processes that were killed have left where they wrote: only names that no user gives. */
export function clearLeftWritings({ resolve }: Workspace): void {
  const folder = resolve(NOTES)
  for (const name of fs.existsSync(folder) ? fs.readdirSync(folder) : []) {
    const note = path.join(folder, name)
    if (ownerInLives(note)) continue
    const destination = destinationIn(note)
    // A child that still writes is asked for at the next start.
    if (destination === null || clearAt(destination)) fs.rmSync(note, { force: true })
  }
}

function destinationIn(note: string): string | null {
  try {
    const { destination } = JSON.parse(fs.readFileSync(note, 'utf8')) as Partial<Note>
    return typeof destination === 'string' ? destination : null
  } catch {
    return null
  }
}

/** Whether nothing is left. */
function clearAt(destination: string): boolean {
  const [folder, base] = [path.dirname(destination), path.basename(destination)]
  let clean = true
  const clear = (place: string, ours: boolean, over: boolean) => {
    if (ours && over) fs.rmSync(place, { recursive: true, force: true })
    else if (ours) clean = false
  }
  try {
    for (const name of fs.existsSync(folder) ? fs.readdirSync(folder) : [])
      if (name.startsWith(`${base}.`)) {
        const ours = /^\d+\.tmp$/.test(name.slice(base.length + 1))
        clear(path.join(folder, name), ours, isLeftover(name, 'file'))
      }
    if (fs.existsSync(destination) && fs.statSync(destination).isDirectory())
      for (const name of fs.readdirSync(destination))
        clear(path.join(destination, name), name.startsWith('.ddad-'), isLeftover(name, 'folder'))
  } catch {
    return false
  }
  return clean
}
