/** Pictures of images as they would be read, made when the window asks for them by their ids. */
import { createHash } from 'node:crypto'
import fs from 'node:fs'
import type { ReadingExample } from '../../../shared/datasets/reading.ts'
import type { SampleRange } from '../../../shared/datasets/sample-range.ts'
import { DdadError } from '../../../shared/errors.ts'
import type { BackgroundContract } from '../../../shared/processes/background.ts'
import type { Supervisor } from '../../processes/supervisor.ts'
import { pruneFolder } from '../../files/prune.ts'
import type { Workspace } from '../core/workspace.ts'

const FOLDER = 'cache/examples'
const MOST_BYTES = 16 * 2 ** 20

interface Known {
  readonly root: string
  readonly example: ReadingExample
  readonly range: SampleRange | null
}

export function createExamples({ resolve }: Workspace, background: Supervisor<BackgroundContract>) {
  const byOwner = new Map<string, ReadonlyMap<number, Known>>()
  const making = new Map<string, Promise<null>>()
  let last = 0

  return {
    /** Makes pictures known under ids, in the place of the owner's of before. */
    put: (
      owner: string,
      root: string,
      examples: readonly ReadingExample[],
      range: SampleRange | null,
    ): ReadingExample[] => {
      const known = new Map<number, Known>()
      const numbered = examples.map((example) => {
        const id = ++last
        known.set(id, { root, example, range })
        return { ...example, id }
      })
      byOwner.set(owner, known)
      fs.mkdirSync(resolve(FOLDER), { recursive: true })
      void pruneFolder(resolve(FOLDER), MOST_BYTES)
      return numbered
    },
    /** The file of one of them. */
    file: async (id: number): Promise<string> => {
      const found = [...byOwner.values()].find((known) => known.has(id))?.get(id)
      if (!found) throw new DdadError('NOT_FOUND', `There is no picture ${id} any more.`)
      const { image, masks, turned, void: isVoid } = found.example
      const key = JSON.stringify([found.root, image, masks, turned, isVoid, found.range])
      const name = createHash('sha256').update(key).digest('hex').slice(0, 32)
      const destination = resolve(`${FOLDER}/${name}.webp`)
      const made = making.get(name) ?? background.call('example', { ...found, destination }).result
      making.set(name, made)
      // Several ways show the same picture at once.
      await made.finally(() => making.delete(name))
      return destination
    },
  }
}

export type Examples = ReturnType<typeof createExamples>
