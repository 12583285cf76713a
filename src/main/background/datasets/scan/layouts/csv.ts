import { parse } from 'csv-parse/sync'
import { DdadError } from '../../../../../shared/errors.ts'

const delimiters = [',', ';', '\t', '|'] as const

/**
 * Rows of a table with a header line, by the header's names in small letters. Fields are separated by what the
 * header is: comma, semicolon, tab or bar.
 *
 * @throws DdadError BAD_FILE when the text is no table.
 */
export function parseCsv(text: string, file: string): readonly Readonly<Record<string, string>>[] {
  const header = text.slice(0, Math.max(0, text.search(/[\r\n]|$/)))
  const count = (delimiter: string) => header.split(delimiter).length
  const delimiter = delimiters.reduce((best, one) => (count(one) > count(best) ? one : best))
  try {
    return parse(text, {
      delimiter,
      bom: true,
      trim: true,
      skip_empty_lines: true,
      relax_column_count: true,
      relax_quotes: true,
      columns: (names: string[]) => names.map((name) => name.trim().toLowerCase()),
    }) as Record<string, string>[]
  } catch (error) {
    const message = `${file} cannot be read as a table: ${(error as Error).message}`
    throw new DdadError('BAD_FILE', message, { cause: error })
  }
}
