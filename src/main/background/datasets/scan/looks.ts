import { decodeMask, type Mask } from '../../../decode/mask.ts'
import { readInput } from '../../../files/files.ts'

/** Share of pixels that a mask's main values hold at least. */
const FLAT = 0.97
/** Classes that a mask may have, with its background. */
const MAIN_VALUES = 5
/** Lossy formats move a flat value this far. */
const TOLERANCE = 6

/** Whether a picture looks like a mask: few flat values and little else. False where it cannot be read. */
export async function looksLikeMask(file: string, name: string): Promise<boolean> {
  try {
    return isFlat(await decodeMask(await readInput(file), name))
  } catch {
    return false
  }
}

function isFlat({ data, values }: Mask): boolean {
  if (values.length <= 2) return true
  const counts = new Float64Array(256)
  for (const value of data) counts[value]! += 1
  let left = data.length
  for (let i = 0; i < MAIN_VALUES && left > data.length * (1 - FLAT); i++) {
    const main = counts.indexOf(counts.reduce((most, count) => Math.max(most, count), 0))
    for (let v = Math.max(0, main - TOLERANCE); v <= Math.min(255, main + TOLERANCE); v++) {
      left -= counts[v]!
      counts[v] = 0
    }
  }
  // A picture with little contrast has its values close together; a mask's lie apart.
  const spread = values.at(-1)! - values[0]!
  return left <= data.length * (1 - FLAT) && (spread > 60 || values.length <= MAIN_VALUES)
}
