import fs from 'node:fs'
import { afterAll, expect, it } from 'vitest'
import { Random } from '../../src/shared/random.ts'
import { routes, type RouteName } from '../../src/shared/ipc/routes/index.ts'
import { createRouter, type Router, type Sender } from '../../src/main/ipc/router.ts'
import { handlersOf } from '../../src/main/ipc/handlers/index.ts'
import { openTestStudio } from '../integration/studio.ts'
import { besieged, lossesOf, nothing, scaled, seed, Tally } from './besieged.ts'

const page: Sender = { url: 'ddad://app/index.html', mainFrame: true }
/** The one that downloads for minutes when it is asked rightly. */
const names = (Object.keys(routes) as RouteName[]).filter((name) => name !== 'app.fetchEngine')
/** Those that delete what is asked for, which is no loss: asked last, once nothing is looked for any more. */
const deleting = new Set(['runs.remove', 'datasets.remove', 'jobs.cancel', 'jobs.resume'])
const deletingNames = names.filter((name) => deleting.has(name))
/** Longer than any answer takes on a busy machine. */
const HUNG_MS = 300_000
const tally = new Tally()
afterAll(() => tally.print('Requests'))

const strange: readonly unknown[] = [
  ...[null, undefined, true, 0, -1, 1, 2, 3, 1.5, NaN, Infinity, 2 ** 53, -(2 ** 31), 1e308],
  ...[
    '',
    'a',
    '../../etc/passwd',
    '\0',
    '李'.repeat(50),
    'x'.repeat(600),
    '1; DROP TABLE run',
    '__proto__',
  ],
  ...[[], [1], [[]], [1, 1, 1], {}, { a: 1 }, new Uint8Array(4), new Date(0)],
]

/** A value of a schema's form, of which now and then a part is something else. */
function drawn(schema: unknown, random: Random): unknown {
  if (random.integer(12) === 0) return strange[random.integer(strange.length)]
  const { def } = (schema as { _zod: { def: Record<string, unknown> & { type: string } } })._zod
  switch (def.type) {
    case 'object':
      return Object.fromEntries(
        Object.entries(def['shape'] as object).map(([name, part]) => [name, drawn(part, random)]),
      )
    case 'array':
      return Array.from({ length: random.integer(4) }, () => drawn(def['element'], random))
    case 'union': {
      const options = def['options'] as unknown[]
      return drawn(options[random.integer(options.length)], random)
    }
    case 'enum': {
      const entries = Object.values(def['entries'] as object) as unknown[]
      return entries[random.integer(entries.length)]
    }
    case 'literal':
      return (def['values'] as unknown[])[0]
    case 'boolean':
      return random.integer(2) === 0
    case 'number':
      return random.integer(4)
    case 'string':
      return ['plate', 'loss', 'name', 'good', 'dent'][random.integer(5)]
    case 'null':
      return null
    case 'custom':
      return new Uint8Array(random.integer(100))
    case 'pipe':
      return drawn(def['in'], random)
    default:
      return 'innerType' in def ? drawn(def['innerType'], random) : null
  }
}

it('answers every request, whatever is in it, in words, and loses nothing', async () => {
  const under = await besieged(10)
  let studio = openTestStudio(under.workspace)
  const defects: string[] = []
  const nowhere = { folder: async () => null, save: async () => null, open: async () => null }
  const route: Router = (...asked) =>
    createRouter(
      handlersOf(studio, nowhere, async () => undefined),
      (name, error) => defects.push(`${name}: ${String((error as Error).stack)}`),
    )(...asked)
  const random = new Random(seed)
  const ask = async (name: RouteName): Promise<void> => {
    defects.length = 0
    const input = drawn(routes[name].input, random)
    const answered = await Promise.race([
      route(page, name, input),
      new Promise<null>((resolve) => setTimeout(resolve, HUNG_MS, null)),
    ])
    const lost = answered ? [...defects] : [`${name} was not answered: ${JSON.stringify(input)}`]
    if (JSON.stringify(answered ?? '').includes('SQLITE'))
      lost.push(`${name}: ${JSON.stringify(answered)}`)
    tally.add(name.split('.')[0]!, lost)
  }
  for (let n = 0; n < scaled(6000); n++) {
    const name = names[n % names.length]!
    if (!deleting.has(name)) await ask(name)
  }
  await studio.close()
  const [, lost] = await lossesOf(under, nothing)
  studio = openTestStudio(under.workspace)
  for (let n = 0; n < scaled(400); n++) await ask(deletingNames[n % deletingNames.length]!)
  await studio.close()
  expect([...tally.lost, ...lost]).toEqual([])
  fs.rmSync(under.folder, { recursive: true, force: true })
})
