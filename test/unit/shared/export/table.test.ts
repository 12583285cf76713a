import { expect, it } from 'vitest'
import { formatTable, type Table } from '../../../../src/shared/export/table.ts'

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
