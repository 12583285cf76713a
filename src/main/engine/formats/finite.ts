import type { ArrayTensor } from './array-tensor.ts'
import { badFile } from './bad-file.ts'

/**
 * Refuses weights that hold NaN or infinity: everything that is computed with them is NaN.
 * @throws DdadError BAD_FILE naming the tensor, the value and how many there are
 */
export function expectFinite(tensors: ReadonlyMap<string, ArrayTensor>, file: string): void {
  for (const [name, { data }] of tensors) {
    let wrong = 0
    let first: number | null = null
    for (const value of data as Iterable<number | bigint>) {
      if (typeof value === 'bigint' || Number.isFinite(value)) continue
      first ??= value
      wrong += 1
    }
    if (first !== null)
      throw badFile(
        file,
        `tensor "${name}" holds ${first} (${wrong} of ${data.length} values are no numbers)`,
      )
  }
}
