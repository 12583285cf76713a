import { DdadError } from '../errors.ts'
import { runConfigSchema, type RunConfig } from './run-config.ts'

/**
 * Replaces settings by dotted path, such as `{'training.epochs': '5'}`. Values are JSON; anything that is
 * not JSON is taken as text.
 *
 * @throws DdadError INVALID_INPUT naming the path
 */
export function applyOverrides(
  config: RunConfig,
  overrides: Readonly<Record<string, string>>,
): RunConfig {
  const result = runConfigSchema.safeParse(changed(config, overrides, 'a run'))
  if (result.success) return result.data
  const issues = result.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`)
  throw new DdadError('INVALID_INPUT', `These settings cannot be used: ${issues.join('; ')}.`)
}

/**
 * A copy of settings with some replaced, as {@link applyOverrides}, unchecked.
 * @param whose whose settings they are, for errors
 * @throws DdadError INVALID_INPUT when there is no such path
 */
export function changed(
  settings: object,
  overrides: Readonly<Record<string, string>>,
  whose: string,
): unknown {
  const copy = structuredClone(settings) as Record<string, unknown>
  for (const [path, text] of Object.entries(overrides)) replace(copy, path, parse(text), whose)
  return copy
}

function replace(
  config: Record<string, unknown>,
  path: string,
  value: unknown,
  whose: string,
): void {
  const keys = path.split('.')
  const last = keys.pop()!
  let branch: unknown = config
  for (const key of keys)
    branch = isRecord(branch) && Object.hasOwn(branch, key) ? branch[key] : null
  if (!isRecord(branch) || !Object.hasOwn(branch, last))
    throw new DdadError('INVALID_INPUT', `There is no setting ${path} of ${whose}.`)
  branch[last] = value
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return text
  }
}
