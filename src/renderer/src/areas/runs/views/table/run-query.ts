/** What is typed to find runs: words, and conditions on any column such as `epochs=20` or `imageAuroc>95`. */
import type { Run } from '../../../../../../shared/runs/run.ts'
import { columns, type Column } from './columns.ts'

const CONDITION = /^([\p{L}\d.]+)(>=|<=|!=|>|<|=)(.+)$/u

type Test = (run: Run) => boolean

export interface RunQuery {
  /** In small letters. */
  readonly words: readonly string[]
  readonly tests: readonly Test[]
  /** What was meant as a condition and is none, in words; it is left out. */
  readonly problems: readonly string[]
}

/** A column by its key, the end of its key, or its label without spaces; the first of several. */
function columnOf(name: string): Column | undefined {
  const wanted = name.toLowerCase()
  const labelled = (label: string) => label.toLowerCase().replaceAll(/[^\p{L}\d]/gu, '')
  return (
    columns.find(({ key }) => key.toLowerCase() === wanted) ??
    columns.find(({ key }) => key.toLowerCase().endsWith(`.${wanted}`)) ??
    columns.find(({ label }) => labelled(label) === wanted)
  )
}

/** Figures are compared as the table shows them, in percent; what a run does not have meets no condition. */
function testOf({ group, value, text }: Column, operator: string, wanted: string): Test {
  const factor = group === 'Newest figures' || group === 'Best figures' ? 100 : 1
  const limit = Number(wanted)
  return (run) => {
    const own = value(run)
    if (own === null) return false
    if (typeof own !== 'number' || Number.isNaN(limit)) {
      const same = text(run).toLowerCase() === wanted.toLowerCase()
      return operator === '=' ? same : operator === '!=' && !same
    }
    const number = own * factor
    if (operator === '=') return number === limit
    if (operator === '!=') return number !== limit
    if (operator === '>') return number > limit
    if (operator === '<') return number < limit
    return operator === '>=' ? number >= limit : number <= limit
  }
}

/** Reads what was typed. */
export function parseQuery(typed: string): RunQuery {
  const words: string[] = []
  const tests: Test[] = []
  const problems: string[] = []
  for (const part of typed.split(/\s+/).filter(Boolean)) {
    const [, name = '', operator = '', wanted = ''] = CONDITION.exec(part) ?? []
    const column = name === '' ? undefined : columnOf(name)
    if (!/[<>=!]/.test(part)) words.push(part.toLowerCase())
    else if (/^[<>=!]/.test(wanted) || name === '')
      problems.push(
        `“${part}” is no condition. Write a column, one of = != > < >= <=, and a value.`,
      )
    else if (!column) problems.push(`There is no column “${name}”; see Columns for their names.`)
    else if (column.number && Number.isNaN(Number(wanted)))
      problems.push(`${column.label} is a number, “${wanted}” is none.`)
    else tests.push(testOf(column, operator, wanted))
  }
  return { words, tests, problems }
}
