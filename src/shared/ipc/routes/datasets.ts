import { z } from 'zod'
import type { Dataset, ImportReport } from '../../domain/dataset.ts'
import { datasetId } from '../ids.ts'
import { route } from '../route.ts'

/** An opaque name for a folder that the user chose or dropped; paths never come from the renderer. */
export const folderToken = z.string().min(1).max(64)

export const datasetRoutes = {
  'datasets.list': route<readonly Dataset[]>()(z.null()),
  /** Opens the system's folder dialog. Null when the user closed it. */
  'datasets.choose': route<{ token: string; name: string } | null>()(z.null()),
  /** Scans a chosen folder without storing anything. Progress comes as `import.progress`. */
  'datasets.inspect': route<ImportReport>()(z.strictObject({ token: folderToken })),
  'datasets.cancelInspect': route<null>()(z.strictObject({ token: folderToken })),
  /** Stores what was inspected. */
  'datasets.add': route<Dataset>()(
    z.strictObject({ token: folderToken, name: z.string().trim().min(1).max(100) }),
  ),
  /** With `emptyTrash` its runs in the trash are deleted for good first. */
  'datasets.remove': route<null>()(z.strictObject({ datasetId, emptyTrash: z.boolean() })),
}
