import { expect, it } from 'vitest'
import { formatTable, type Table } from '../../../../src/shared/exchange/table.ts'

const table: Table = {
  title: 'Runs & “more”_1',
  columns: [
    { key: 'name', label: 'Name' },
    { key: 'auroc', label: 'AUROC', format: 'percent' },
    { key: 'change', label: 'Δ', format: 'number' },
  ],
  rows: [
    ['say "hi", then\nleave', 0.98765, -0.5],
    ['=HYPERLINK("x")', null, 12345.678],
    ['100 % $5_{a}', 1, null],
  ],
}

it('writes RFC 4180, every digit, and no cell that a spreadsheet would run', () => {
  expect(formatTable(table, 'csv')).toBe(
    'name,auroc,change\r\n"say ""hi"", then\nleave",0.98765,-0.5\r\n' +
      `"'=HYPERLINK(""x"")",,12345.678\r\n100 % $5_{a},1,\r\n`,
  )
})

it('writes JSON that reads back', () => {
  expect(JSON.parse(formatTable(table, 'json'))).toEqual([
    { name: 'say "hi", then\nleave', auroc: 0.98765, change: -0.5 },
    { name: '=HYPERLINK("x")', auroc: null, change: 12345.678 },
    { name: '100 % $5_{a}', auroc: 1, change: null },
  ])
})

it('writes LaTeX with figures rounded, numbers to the right and symbols escaped', () => {
  const text = formatTable(table, 'latex')
  expect(text).toContain('\\begin{tabular}{lrr}')
  expect(text).toContain('\\caption{Runs \\& “more”\\_1}')
  expect(text).toContain('Name & AUROC & $\\Delta$ \\\\')
  expect(text).toContain('say "hi", then leave & 98.8 & $-0.5$ \\\\')
  expect(text).toContain('100 \\% \\$5\\_\\{a\\} & 100.0 & -- \\\\')
})

it('writes LaTeX that compiles whatever names hold', () => {
  const odd: Table = {
    title: 'T′ ± σ, 95 % of A_B',
    columns: [
      { key: 'name', label: 'Name' },
      { key: 'a', label: '%', format: 'percent', group: 'A & B' },
      { key: 'a_p', label: 'p', format: 'number', group: 'A & B' },
    ],
    rows: [
      ['[first] | ≥ 3 µm × Ω', 0.5, 1e-7],
      ['a_b\\c~d^e#f', null, 0.25],
    ],
  }
  const text = formatTable(odd, 'latex')
  expect(text).toContain("\\caption{T$'$ $\\pm$ $\\sigma$, 95 \\% of A\\_B}")
  expect(text).toContain(' & \\multicolumn{2}{c}{A \\& B} \\\\\n\\cmidrule(lr){2-3}\n')
  // A bracket after a line break would be read as a length.
  expect(text).toContain(
    '{[}first{]} \\textbar{} $\\ge$ 3 $\\mu$m $\\times$ $\\Omega$ & 50.0 & $1 \\times 10^{-7}$ \\\\',
  )
  expect(text).toContain(
    'a\\_b\\textbackslash{}c\\textasciitilde{}d\\textasciicircum{}e\\#f & -- & 0.25 \\\\',
  )
  expect(text).toMatch(
    /^% needs \\usepackage\{booktabs\} and \\usepackage\[T1\]\{fontenc\}\n\\begin/,
  )
  const [row] = odd.rows
  const long = { ...odd, rows: Array.from({ length: 60 }, () => row!) }
  expect(formatTable(long, 'latex')).toContain('\\endhead')
  const wide = { ...odd, rows: [['x'.repeat(90), 1, 1]] }
  expect(formatTable(wide, 'latex')).toMatch(/\\usepackage\{booktabs,graphicx\}[\s\S]*\\resizebox/)
  const other = { ...odd, rows: [['日本', 1, 1]] }
  expect(formatTable(other, 'latex')).toContain('XeLaTeX or LuaLaTeX')
})
