import type { Check } from '../../shared/core/check.ts'

/** Checks for people, a line each, with what to do where something is missing. */
export function checksText(checks: readonly Check[]): string {
  return checks
    .map(({ name, ok, detail, remedy }) => {
      const line = `${ok ? 'ok     ' : 'MISSING'}  ${name}: ${detail}`
      return remedy === null ? line : `${line}\n         ${remedy}`
    })
    .join('\n')
}
