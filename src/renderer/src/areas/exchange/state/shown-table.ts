import type { Cell, Table } from '../../../../../shared/exchange/table.ts'

const labelOf = (cell: Element): string => {
  const copy = cell.cloneNode(true) as Element
  for (const hidden of copy.querySelectorAll('input, .visually-hidden')) hidden.remove()
  return copy.textContent.replace(/\s+/g, ' ').trim()
}

/** A table of the page as it is shown, without columns that have no heading and no text. */
export function shownTable(table: HTMLTableElement, title: string): Table {
  const heading = [...(table.tHead?.rows[0]?.cells ?? [])].map(labelOf)
  const rows = [...table.querySelectorAll<HTMLTableRowElement>('tbody tr, tfoot tr')].map((row) =>
    [...row.cells].map(labelOf),
  )
  const columns = heading.flatMap((label, column) =>
    label !== '' || rows.some((row) => (row[column] ?? '') !== '') ? [column] : [],
  )
  return {
    title,
    columns: columns.map((column) => {
      const label = heading[column] || `Column ${column + 1}`
      return { key: label, label }
    }),
    rows: rows.map((row) => columns.map((column): Cell => row[column] || null)),
  }
}
