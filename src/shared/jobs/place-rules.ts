/** What the texts and numbers of a place may be, for forms that tell at once and for the schemas that main parses with. */
import type { PlaceSettings, Submission } from './place-schemas.ts'

export interface TextRule {
  /** Characters. */
  readonly most: number
  readonly pattern: RegExp
  /** What is wrong with a text that does not match, after the text's name. */
  readonly says: string
}

export const rules = {
  /** A name that Slurm takes: of a partition, an account, or `gpu:a100:1`. */
  slurmName: {
    most: 200,
    pattern: /^[\w.:,=+-]*$/,
    says: 'may have letters, digits and . : , = + - only',
  },
  filledLine: { most: 1000, pattern: /^[^\0\r\n]+$/, says: 'must be one line that is not empty' },
  /** A path that a shell script can name in single quotes. */
  absolute: {
    most: 1000,
    pattern: /^\/[^'\0\r\n]*$/,
    says: 'must be an absolute path without quotes',
  },
  sbatch: { most: 1000, pattern: /^#SBATCH\s[^\0\r\n]*$/, says: 'must begin with #SBATCH' },
  host: { most: 300, pattern: /^(?!-)[\w.@:[\]-]*$/, says: 'must be a host as ssh takes it' },
  placeName: {
    most: 60,
    pattern: /^[\w .-]+$/,
    says: 'may have letters, digits, spaces, dots and dashes',
  },
} as const satisfies Readonly<Record<string, TextRule>>

/** The whole numbers of a submission and the largest of each. */
export const wholeNumbers = {
  minutes: 1_000_000,
  memory: 100_000_000,
  cpus: 10_000,
  limit: 100_000,
  requeues: 1000,
} as const
export type WholeNumber = keyof typeof wholeNumbers

/** Why a text does not do, after the text's name; null when it does. */
export function textProblem({ most, pattern, says }: TextRule, text: string): string | null {
  if (text.trim().length > most) return `may have ${most} characters at most`
  return pattern.test(text.trim()) ? null : says
}

/** The first thing that Slurm could not take, in words; null when there is none. */
export function submissionProblem(submission: Submission): string | null {
  for (const key of ['partition', 'account', 'gres'] as const) {
    const problem = textProblem(rules.slurmName, submission[key])
    if (problem !== null) return `“${key}” ${problem}`
  }
  for (const [key, most] of Object.entries(wholeNumbers)) {
    const value = submission[key as WholeNumber]
    if (!Number.isInteger(value) || value < 0 || value > most)
      return `“${key}” must be a whole number up to ${most}`
  }
  for (const line of submission.lines) {
    const problem = textProblem(rules.sbatch, line)
    if (problem !== null) return `A line ${problem}`
  }
  return submission.lines.length > 50 ? 'There are more than 50 lines' : null
}

/** The first setting of a place that does not do, and why; null when there is none. */
export function placeProblem(
  settings: PlaceSettings,
): { readonly key: keyof PlaceSettings; readonly problem: string } | null {
  for (const [key, rule] of [
    ['host', rules.host],
    ['scratch', rules.absolute],
    ['command', rules.filledLine],
    ['local', rules.filledLine],
  ] as const) {
    const problem = textProblem(rule, settings[key])
    if (problem !== null) return { key, problem }
  }
  for (const folder of settings.paths.flatMap(({ here, there }) => [here, there])) {
    const problem = textProblem(rules.absolute, folder)
    if (problem !== null) return { key: 'paths', problem }
  }
  if (settings.prelude.length > 10_000)
    return { key: 'prelude', problem: 'may have 10,000 characters at most' }
  const problem = submissionProblem(settings.submission)
  return problem === null ? null : { key: 'submission', problem }
}
