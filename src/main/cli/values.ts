/** Reading parsed arguments; wrong ones are usage errors. */
import { UsageError } from './command.ts'

type Value = string | boolean | (string | boolean)[] | undefined

export class Values {
  readonly positionals: readonly string[]
  readonly #values: Readonly<Record<string, Value>>

  constructor(values: Readonly<Record<string, Value>>, positionals: readonly string[]) {
    this.#values = values
    this.positionals = positionals
  }

  /** The only positional argument. */
  positional(what: string): string {
    const [first, ...rest] = this.positionals
    if (first === undefined) throw new UsageError(`${what} is missing.`)
    if (rest.length > 0) throw new UsageError(`Unexpected argument ${rest[0]}.`)
    return first
  }

  /** Exactly two positional arguments. */
  pair(first: string, second: string): readonly [string, string] {
    const [one, two, ...rest] = this.positionals
    if (one === undefined || two === undefined) {
      throw new UsageError(`${one === undefined ? first : second} is missing.`)
    }
    if (rest.length > 0) throw new UsageError(`Unexpected argument ${rest[0]}.`)
    return [one, two]
  }

  text(name: string): string | undefined {
    const value = this.#values[name]
    return typeof value === 'string' ? value : undefined
  }

  required(name: string): string {
    const value = this.text(name)
    if (value === undefined || value === '') throw new UsageError(`--${name} is missing.`)
    return value
  }

  flag(name: string): boolean {
    return this.#values[name] === true
  }

  list(name: string): readonly string[] {
    const value = this.#values[name]
    return Array.isArray(value) ? value.map(String) : []
  }

  number(name: string): number | undefined {
    const text = this.text(name)
    return text === undefined ? undefined : toNumber(text, `--${name}`)
  }

  /** A positive whole number that must be there. */
  id(name: string): number {
    return toId(this.required(name), `--${name}`)
  }
}

function toNumber(text: string, what: string): number {
  const value = Number(text)
  if (text.trim() === '' || !Number.isFinite(value)) {
    throw new UsageError(`${what} must be a number, not ${text}.`)
  }
  return value
}

/** A row's id as typed. */
export function toId(text: string, what: string): number {
  if (!/^[1-9]\d*$/.test(text)) throw new UsageError(`${what} must be an id, not ${text}.`)
  return Number(text)
}

/** A seed as typed: a whole number, 0 or more. */
export function toSeed(text: string): number {
  if (!/^\d+$/.test(text)) throw new UsageError(`--seed must be a whole number, not ${text}.`)
  return Number(text)
}
