/** A table as LaTeX that pdflatex compiles with the packages named at its head. */
import type { Cell, Table, TableColumn } from './table.ts'

/** Longer tables go over several pages. */
const LONGEST = 45
/** Characters of a row that fit on a line of text; wider tables are scaled down to it. */
const WIDEST = 84

/** `booktabs` rules, captioned; numbers rounded as papers print them. */
export function toLatex({ title, columns, rows, rowFormats = {} }: Table): string {
  const numeric = columns.map((_, index) =>
    rows.every((row) => row[index] == null || typeof row[index] === 'number'),
  )
  const cells = rows.map((row, at) =>
    columns.map(({ format }, i) => latexCell(row[i] ?? null, rowFormats[at] ?? format)),
  )
  const heading = [
    ...groupLines(columns),
    line(columns.map(({ label }) => latexText(label))),
    '\\midrule',
  ]
  const shape = numeric.map((is) => (is ? 'r' : 'l')).join('')
  const caption = `\\caption{${latexText(title)}}`
  const long = rows.length > LONGEST
  const wide = widthOf(columns, cells) > WIDEST
  const packages = ['booktabs', long ? 'longtable' : wide && 'graphicx'].filter(Boolean)
  const made = long
    ? [
        // A table that breaks over pages cannot be scaled: its letters are smaller.
        ...(wide ? ['{\\scriptsize\\setlength{\\tabcolsep}{3pt}'] : []),
        `\\begin{longtable}{${shape}}`,
        `${caption} \\\\`,
        '\\toprule',
        ...heading,
        '\\endhead',
        '\\bottomrule',
        '\\endfoot',
        ...cells.map(line),
        `\\end{longtable}${wide ? '}' : ''}`,
      ]
    : [
        '\\begin{table}',
        '\\centering',
        caption,
        ...(wide ? ['\\resizebox{\\linewidth}{!}{%'] : []),
        `\\begin{tabular}{${shape}}`,
        '\\toprule',
        ...heading,
        ...cells.map(line),
        '\\bottomrule',
        `\\end{tabular}${wide ? '}' : ''}`,
        '\\end{table}',
      ]
  const other = otherScripts.test(made.join(''))
  return [
    `% needs \\usepackage{${packages.join(',')}} and \\usepackage[T1]{fontenc}`,
    ...(other ? ['% has letters that need XeLaTeX or LuaLaTeX and a font with them'] : []),
    ...made,
    '',
  ].join('\n')
}

/** What pdflatex has no letter for; everything of Latin scripts it has. */
const otherScripts = /[^\0-\u017F\u2010-\u2026€™]/u

const line = (cells: readonly string[]) => `${cells.join(' & ')} \\\\`

/** About how many letters a line takes when it is printed. */
function widthOf(columns: readonly TableColumn[], cells: readonly (readonly string[])[]): number {
  const printed = (text: string) => text.replace(/\\[a-z]+({})?|[\\{}$]/gi, ' ').length
  return columns.reduce(
    (sum, { label }, i) =>
      sum + 2 + Math.max(label.length, ...cells.map((row) => printed(row[i]!))),
    0,
  )
}

/** A line of headings over several columns with rules below; nothing without groups. */
function groupLines(columns: readonly TableColumn[]): readonly string[] {
  if (columns.every(({ group }) => group === undefined)) return []
  const cells: string[] = []
  const rules: string[] = []
  for (let first = 0; first < columns.length;) {
    const group = columns[first]!.group
    let end = first + 1
    while (group !== undefined && columns[end]?.group === group) end += 1
    if (group === undefined) cells.push('')
    else {
      cells.push(`\\multicolumn{${end - first}}{c}{${latexText(group)}}`)
      rules.push(`\\cmidrule(lr){${first + 1}-${end}}`)
    }
    first = end
  }
  return [line(cells), rules.join(' ')]
}

function latexCell(cell: Cell, format: TableColumn['format']): string {
  if (cell === null) return '--'
  if (typeof cell === 'boolean') return cell ? 'yes' : 'no'
  if (typeof cell === 'string') return latexText(cell)
  if (!Number.isFinite(cell)) return '--'
  const [mantissa, exponent] = latexNumber(cell, format).split('e')
  if (exponent !== undefined) return `$${mantissa} \\times 10^{${Number(exponent)}}$`
  return mantissa!.startsWith('-') ? `$${mantissa}$` : mantissa!
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
  '|': '\\textbar{}',
  // At the beginning of a row it would be the distance to the row above.
  '[': '{[}',
  ']': '{]}',
  '′': "$'$",
  '−': '$-$',
  '–': '--',
  '—': '---',
  '±': '$\\pm$',
  '×': '$\\times$',
  '÷': '$\\div$',
  '·': '$\\cdot$',
  '≤': '$\\le$',
  '≥': '$\\ge$',
  '≠': '$\\ne$',
  '≈': '$\\approx$',
  '→': '$\\to$',
  '←': '$\\leftarrow$',
  '∞': '$\\infty$',
  '²': '$^2$',
  '³': '$^3$',
  '°': '$^\\circ$',
  µ: '$\\mu$',
  '\u00a0': '~',
  '\u202f': '\\,',
  '\u2009': '\\,',
  // Letters that Greek shares with Latin have no command of their own.
  ...Object.fromEntries(
    (
      'α alpha β beta γ gamma δ delta ε varepsilon ζ zeta η eta θ theta ι iota κ kappa λ lambda μ mu ν nu ' +
      'ξ xi π pi ρ rho σ sigma τ tau υ upsilon φ varphi χ chi ψ psi ω omega Γ Gamma Δ Delta Θ Theta ' +
      'Λ Lambda Ξ Xi Π Pi Σ Sigma Φ Phi Ψ Psi Ω Omega'
    )
      .split(' ')
      .flatMap((letter, n, all) => (n % 2 === 0 ? [[letter, `$\\${all[n + 1]!}$`]] : [])),
  ),
}

function latexText(text: string): string {
  return text
    .normalize('NFC')
    .replace(/[\r\n]+/g, ' ')
    .replace(/./gu, (symbol) => latexSymbols[symbol] ?? symbol)
}
