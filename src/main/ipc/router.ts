/** The only door from the window: checks the sender, parses the input, answers with an envelope. */
import { DdadError, describeError } from '../../shared/errors.ts'
import { addresses } from '../../shared/ipc/addresses.ts'
import { MOST_WEIGHT, weigh } from '../../shared/ipc/route.ts'
import { looking } from './looking.ts'
import type { Envelope } from '../../shared/ipc/envelope.ts'
import {
  routes,
  type ParsedInput,
  type RouteName,
  type RouteOutput,
} from '../../shared/ipc/routes/index.ts'

/** What a handler gives back; null may be left out. */
type Given<Output> = [Output] extends [null]
  ? void | null | Promise<void | null>
  : Output | Promise<Output>

/** Exactly one handler for each route. */
export type RouteHandlers = {
  readonly [Name in RouteName]: (input: ParsedInput<Name>) => Given<RouteOutput<Name>>
}

/** Who sent a request: the address of its frame, and whether that is a window's main frame. */
export interface Sender {
  readonly url: string
  readonly mainFrame: boolean
}

export type Router = (sender: Sender, name: unknown, input: unknown) => Promise<Envelope<unknown>>

/** Only the studio's own page may ask. */
export function isTrusted({ url, mainFrame }: Sender): boolean {
  return mainFrame && (url === addresses.page || url.startsWith(`${addresses.page}#`))
}

/** What stands between requests and a database that takes no changes. */
interface Gate {
  /** Awaited before what changes something; rejects while nothing can be changed. */
  readonly beforeWriting: () => Promise<void>
  /** Told what failed. */
  readonly suspect: (error: unknown) => void
}
const alwaysWell: Gate = { beforeWriting: async () => {}, suspect: () => {} }

/**
 * Answers requests from the handlers; never rejects. Anything unexpected is told to `onDefect` and
 * answered as INTERNAL.
 */
export function createRouter(
  handlers: RouteHandlers,
  onDefect: (name: string, error: unknown) => void,
  health: Gate = alwaysWell,
): Router {
  return async (sender, name, input) => {
    try {
      if (!isTrusted(sender)) throw new DdadError('INVALID_INPUT', 'Request from a foreign page.')
      if (typeof name !== 'string' || !Object.hasOwn(routes, name)) {
        throw new DdadError('INVALID_INPUT', `There is no request ${short(String(name))}.`)
      }
      const data: unknown = await answer(handlers, name as RouteName, input, health)
      return { ok: true, data }
    } catch (error) {
      const described = describeError(error)
      health.suspect(error)
      if (described.code === 'INTERNAL') onDefect(String(name), error)
      return { ok: false, error: described }
    }
  }
}

/** A refusal names so many problems, each in so many characters. */
const NAMED_PROBLEMS = 10
const LONGEST_PROBLEM = 300

const short = (text: string): string =>
  text.length > LONGEST_PROBLEM ? `${text.slice(0, LONGEST_PROBLEM)}…` : text

async function answer<Name extends RouteName>(
  handlers: RouteHandlers,
  name: Name,
  input: unknown,
  { beforeWriting }: Gate,
): Promise<RouteOutput<Name>> {
  const { input: schema, most = MOST_WEIGHT } = routes[name]
  if (weigh(input, most) > most) {
    throw new DdadError(
      'INVALID_INPUT',
      `${name}: this is too much for one request. Nothing was changed.`,
    )
  }
  const parsed = schema.safeParse(input)
  if (!parsed.success) {
    const { issues } = parsed.error
    const named = issues
      .slice(0, NAMED_PROBLEMS)
      .map(({ path, message }) =>
        short(path.length === 0 ? message : `${path.join('.')}: ${message}`),
      )
    const others = issues.length - named.length
    if (others > 0) named.push(`and ${others} more`)
    throw new DdadError('INVALID_INPUT', `${name}: ${named.join('; ')}`)
  }
  if (!looking.has(name)) await beforeWriting()
  return ((await handlers[name](parsed.data as ParsedInput<Name>)) ?? null) as RouteOutput<Name>
}
