/** A table as text for other programs: CSV, JSON and LaTeX. */
import { toLatex } from './latex.ts'

export type Cell = string | number | boolean | null

export interface TableColumn {
  /** Name in JSON and CSV. */
  readonly key: string
  /** Heading for people, in LaTeX. */
  readonly label: string
  /** Heading above this column and those beside it with the same one, in LaTeX. */
  readonly group?: string
  /** How LaTeX writes numbers; CSV and JSON keep every digit. */
  readonly format?: 'percent' | 'seconds' | 'whole' | 'number'
}

export interface Table {
  readonly title: string
  readonly columns: readonly TableColumn[]
  readonly rows: readonly (readonly Cell[])[]
  /** How LaTeX writes the numbers of a row, by its index, where not as the columns say. */
  readonly rowFormats?: Readonly<Record<number, TableColumn['format']>>
}

export const tableFormats = ['csv', 'json', 'latex'] as const
export type TableFormat = (typeof tableFormats)[number]

/** File name ending of each format. */
export const tableEndings: Readonly<Record<TableFormat, string>> = {
  csv: 'csv',
  json: 'json',
  latex: 'tex',
}

/** A table in one of the formats, ending with a line break. */
export function formatTable(table: Table, format: TableFormat): string {
  switch (format) {
    case 'csv':
      return toCsv(table)
    case 'json':
      return toJson(table)
    case 'latex':
      return toLatex(table)
  }
}

/** RFC 4180 with a heading line; numbers with every digit, nothing for what is unknown. */
function toCsv({ columns, rows }: Table): string {
  const lines = [columns.map(({ key }) => key), ...rows]
  return lines.map((cells) => `${cells.map(csvCell).join(',')}\r\n`).join('')
}

function csvCell(cell: Cell): string {
  if (cell === null) return ''
  if (typeof cell !== 'string') return String(cell)
  // A spreadsheet would run text that begins like a formula; a folder's name must not be able to.
  const text = /^[=+\-@\t\r]/.test(cell) ? `'${cell}` : cell
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

/** A list of objects, one per row. */
function toJson({ columns, rows }: Table): string {
  const objects = rows.map((cells) =>
    Object.fromEntries(columns.map(({ key }, index) => [key, cells[index] ?? null])),
  )
  return `${JSON.stringify(objects, null, 2)}\n`
}
