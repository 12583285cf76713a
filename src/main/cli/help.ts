import type { Command } from './command.ts'

const COMMON = `Common options:
  --workspace DIR   the workspace folder (default: the window's)
  --json            the result as JSON on stdout
  --help            this text
`

export function commandHelp({ name, usage, summary, details }: Command): string {
  const more = details === undefined ? '' : `\n${details}\n`
  return `Usage: ddad ${`${name} ${usage}`.trim()}\n\n${summary}\n${more}\n${COMMON}`
}

export function generalHelp(commands: readonly Command[]): string {
  const width = Math.max(...commands.map(({ name }) => name.length))
  const lines = commands.map(({ name, summary }) => `  ${name.padEnd(width)}  ${summary}`)
  return `Usage: ddad COMMAND …\n\n${lines.join('\n')}\n\n${COMMON}\nExit codes: 0 done, 1 failed, 2 wrong usage.\n`
}
