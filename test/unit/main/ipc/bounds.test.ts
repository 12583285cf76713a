import { describe, expect, it } from 'vitest'
import type { z } from 'zod'
import { createRouter, type RouteHandlers, type Sender } from '../../../../src/main/ipc/router.ts'
import { MOST_WEIGHT, weigh } from '../../../../src/shared/ipc/route.ts'
import { routes, type RouteName } from '../../../../src/shared/ipc/routes/index.ts'
import { threadMilliseconds } from '../../../support/thread-time.ts'

const page: Sender = { url: 'ddad://app/index.html', mainFrame: true }
const names = Object.keys(routes) as RouteName[]

/** A schema as zod keeps it. */
interface Node {
  readonly _zod: {
    readonly def: {
      readonly type: string
      readonly checks?: readonly {
        readonly _zod: {
          readonly def: {
            readonly check: string
            readonly maximum?: number
            readonly value?: unknown
          }
        }
      }[]
      readonly [part: string]: unknown
    }
  }
}
const defOf = (schema: unknown) => (schema as Node)._zod.def
/** Most characters, items or, for a number, its highest value. */
const maximumOf = (schema: unknown): number | undefined =>
  (defOf(schema).checks ?? [])
    .map(({ _zod: { def } }) => (def.check === 'max_length' ? def.maximum : def.value))
    .filter((value) => typeof value === 'number')
    .toSorted((x, y) => x - y)[0]
const isUuid = (schema: unknown): boolean => defOf(schema)['format'] === 'uuid'

/** What is below a schema, by the name of the place. */
function below(schema: unknown): [string, unknown][] {
  const def = defOf(schema)
  switch (def.type) {
    case 'object':
      return Object.entries(def['shape'] as Record<string, unknown>)
    case 'array':
      return [['*', def['element']]]
    case 'tuple':
      return (def['items'] as unknown[]).map((item, n) => [String(n), item])
    case 'record':
      return [
        ['key', def['keyType']],
        ['value', def['valueType']],
      ]
    case 'union':
      return (def['options'] as unknown[]).map((item, n) => [`|${n}`, item])
    case 'intersection':
      return [
        ['left', def['left']],
        ['right', def['right']],
      ]
    case 'pipe':
      return [
        ['in', def['in']],
        ['out', def['out']],
      ]
    default:
      return 'innerType' in def ? [['', def['innerType']]] : []
  }
}

/** Strings, lists and records that may be as long as they like. */
function unbounded(schema: unknown, place: string): string[] {
  const { type } = defOf(schema)
  const maximum = maximumOf(schema)
  const bounded =
    type === 'string'
      ? maximum !== undefined || isUuid(schema)
      : type === 'array'
        ? maximum !== undefined
        : type !== 'record' && type !== 'any' && type !== 'unknown'
  return [
    ...(bounded ? [] : [`${place} (${type})`]),
    ...below(schema).flatMap(([name, part]) => unbounded(part, `${place}.${name}`)),
  ]
}

/** The largest value that a schema allows, as far as it says so. */
function largest(schema: unknown): unknown {
  const def = defOf(schema)
  const maximum = maximumOf(schema)
  switch (def.type) {
    case 'string':
      return isUuid(schema) ? '123e4567-e89b-12d3-a456-426614174000' : '李'.repeat(maximum ?? 1)
    case 'number':
      return Math.min(maximum ?? 1, Number.MAX_SAFE_INTEGER)
    case 'boolean':
      return true
    case 'enum':
      return Object.values(def['entries'] as object)[0]
    case 'literal':
      return (def['values'] as unknown[])[0]
    case 'array': {
      const item = largest(def['element'])
      return Array.from({ length: maximum ?? 1 }, () => item)
    }
    case 'null':
      return null
    case 'object':
      return Object.fromEntries(below(schema).map(([name, part]) => [name, largest(part)]))
    case 'union':
      return largest((def['options'] as unknown[])[0])
    case 'custom':
      return new Uint8Array(64 * 1024)
    default: {
      const [inner] = below(schema)
      return inner ? largest(inner[1]) : null
    }
  }
}

const everything = new Proxy({}, { get: () => () => null }) as RouteHandlers
const route = createRouter(everything, () => {})

describe('a request of the window', () => {
  it.each(names)('%s has bounds for everything in it', (name) => {
    expect(unbounded(routes[name].input, name)).toEqual([])
  })

  it.each(names)('%s is looked at in 50 ms at its largest', async (name) => {
    const { input, most = MOST_WEIGHT } = routes[name]
    const value = largest(input)
    // What weighs too much is refused by its weight alone.
    const fits = weigh(value, most) <= most
    const times = [0, 1, 2].map(() =>
      threadMilliseconds(() => {
        if (weigh(value, most) <= most) (input as z.ZodType).safeParse(value)
      }),
    )
    expect(Math.min(...times)).toBeLessThan(50)
    const answer = await route(page, name, value)
    const text = JSON.stringify(answer)
    expect(text.length).toBeLessThan(4000)
    if (!fits) expect(text).toContain('too much for one request')
  })

  it('is refused by its weight before anything else is done with it', async () => {
    const answer = await route(page, 'masks.open', { imageId: 'x'.repeat(60_000_000) })
    expect(answer).toMatchObject({ ok: false, error: { code: 'INVALID_INPUT' } })
    let deep: unknown = null
    for (let level = 0; level < 2_000_000; level++) deep = [deep]
    expect(await route(page, 'masks.open', deep)).toMatchObject({ ok: false })
    expect(weigh(new Array(1e8), MOST_WEIGHT)).toBe(Infinity)
  })

  it('is told the first ten of many problems, in a text that can be read', async () => {
    const imageIds = Array.from({ length: 5000 }, () => 'no number')
    const answer = await route(page, 'reviews.set', { imageIds, patch: {} })
    const { message } = (answer as { error: { message: string } }).error
    expect(message.match(/imageIds\.\d+/g)).toHaveLength(10)
    expect(message).toMatch(/and 4990 more$/)
    const keys = Object.fromEntries(Array.from({ length: 50_000 }, (_, n) => [`key${n}`, 1]))
    const strange = await route(page, 'masks.open', { imageId: 1, ...keys })
    expect(JSON.stringify(strange).length).toBeLessThan(1000)
    expect(JSON.stringify(await route(page, 'x'.repeat(1e6), null)).length).toBeLessThan(1000)
  })
})
