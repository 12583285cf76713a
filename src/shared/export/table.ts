/** A table as text for other programs: CSV, JSON and LaTeX. */

export type Cell = string | number | boolean | null

export interface TableColumn {
  /** Name in JSON and CSV. */
  readonly key: string
  /** Heading for people, in LaTeX. */
  readonly label: string
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

/** A `tabular` with `booktabs` rules, captioned; numbers rounded as papers print them. */
function toLatex({ title, columns, rows, rowFormats = {} }: Table): string {
  const numeric = columns.map((_, index) =>
    rows.every((row) => row[index] == null || typeof row[index] === 'number'),
  )
  const line = (cells: readonly string[]) => `    ${cells.join(' & ')} \\\\`
  const body = rows.map((row, at) =>
    line(columns.map(({ format }, i) => latexCell(row[i] ?? null, rowFormats[at] ?? format))),
  )
  return [
    '% needs \\usepackage{booktabs}',
    '\\begin{table}',
    '  \\centering',
    `  \\caption{${latexText(title)}}`,
    `  \\begin{tabular}{${numeric.map((is) => (is ? 'r' : 'l')).join('')}}`,
    '    \\toprule',
    line(columns.map(({ label }) => latexText(label))),
    '    \\midrule',
    ...body,
    '    \\bottomrule',
    '  \\end{tabular}',
    '\\end{table}',
    '',
  ].join('\n')
}

function latexCell(cell: Cell, format: TableColumn['format']): string {
  if (cell === null) return '--'
  if (typeof cell === 'boolean') return cell ? 'yes' : 'no'
  if (typeof cell === 'string') return latexText(cell)
  if (!Number.isFinite(cell)) return '--'
  const text = latexNumber(cell, format)
  return text.startsWith('-') ? `$${text}$` : text
}

function latexNumber(value: number, format: TableColumn['format']): string {
  if (format === 'percent') return (100 * value).toFixed(1)
  if (format === 'seconds') return value.toFixed(2)
  if (format === 'whole' || Number.isInteger(value)) return value.toFixed(0)
  return String(Number(value.toPrecision(4)))
}

const latexSymbols: Readonly<Record<string, string>> = {
  '\\': '\\textbackslash{}',
  '{': '\\{',
  '}': '\\}',
  $: '\\$',
  '&': '\\&',
  '#': '\\#',
  '%': '\\%',
  _: '\\_',
  '~': '\\textasciitilde{}',
  '^': '\\textasciicircum{}',
  '<': '\\textless{}',
  '>': '\\textgreater{}',
  '′': "$'$",
  Δ: '$\\Delta$',
  σ: '$\\sigma$',
  '−': '$-$',
  '–': '--',
}

function latexText(text: string): string {
  return text
    .replace(/[\\{}$&#%_~^<>′Δσ−–]/g, (symbol) => latexSymbols[symbol] ?? symbol)
    .replace(/[\r\n]+/g, ' ')
}
