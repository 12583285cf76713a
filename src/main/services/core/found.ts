import { DdadError } from '../../../shared/errors.ts'

/**
 * What was read of the workspace, which has it.
 * @param what Names it, such as `run 7`.
 * @throws {DdadError} NOT_FOUND where there is none.
 */
export function found<Row>(row: Row | null | undefined, what: string): Row {
  if (row !== null && row !== undefined) return row
  throw new DdadError('NOT_FOUND', `There is no ${what} in this workspace.`)
}
