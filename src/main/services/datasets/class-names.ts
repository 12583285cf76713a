import { z } from 'zod'
import type { Dataset, ImageEntry } from '../../../shared/datasets/dataset.ts'
import type { ClassNames } from '../../../shared/masks/mask-version.ts'
import { VOID_CLASS } from '../../../shared/masks/void.ts'
import { readInput } from '../../files/files.ts'
import { within } from '../../files/within.ts'

/** MVTec LOCO AD's `defects_config.json`; its saturation thresholds are of no use here. */
const config = z
  .array(
    z.object({
      defect_name: z.string().trim().min(1).max(100),
      pixel_value: z.number().int().min(1).max(255),
    }),
  )
  .max(255)

/**
 * What an image's category calls the classes of its masks. Empty for layouts without names, and where the file
 * is missing or is not what it should be: masks can be edited by number.
 */
export async function classNamesOf(dataset: Dataset, image: ImageEntry): Promise<ClassNames> {
  if (dataset.reading.void === 'left-out') return { 1: 'defect', [VOID_CLASS]: 'void' }
  if (dataset.layout !== 'mvtec-loco') return {}
  // <category>/test/<type>/<name>
  const category = image.path.split('/').slice(0, -3)
  try {
    const bytes = await readInput(within(dataset.root, ...category, 'defects_config.json'))
    const entries = config.parse(JSON.parse(bytes.toString('utf8')))
    return Object.fromEntries(
      entries.map(({ pixel_value: value, defect_name: name }) => [
        value,
        name.replaceAll('_', ' '),
      ]),
    )
  } catch {
    return {}
  }
}
