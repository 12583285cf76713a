import { z } from 'zod'
import type { NearDuplicates } from '../../datasets/near-duplicates.ts'
import type { ReadingExample } from '../../datasets/reading.ts'
import { rangeSchema, readingSchema, splitRuleSchema } from '../../datasets/reading-schema.ts'
import type { SplitPreview } from '../../datasets/split.ts'
import type { Dataset, DatasetImport, ImportReport } from '../../datasets/dataset.ts'
import type { Job } from '../../runs/run.ts'
import { datasetId, jobId } from '../ids.ts'
import { route } from '../route.ts'

/** An opaque name for a folder that the user chose or dropped; paths never come from the renderer. */
export const folderToken = z.string().min(1).max(64)

export const datasetRoutes = {
  'datasets.list': route<readonly Dataset[]>()(z.null()),
  /** Opens the system's folder dialog. Null when the user closed it. */
  'datasets.choose': route<{ token: string; name: string } | null>()(z.null()),
  /** Scans a chosen folder without storing anything. Progress comes as `import.progress`. */
  'datasets.inspect': route<ImportReport>()(
    z.strictObject({ token: folderToken, reading: readingSchema.optional() }),
  ),
  /** Ends a scan; what was read is kept for the import. */
  'datasets.endInspect': route<null>()(z.strictObject({ token: folderToken })),
  /** Queues the import of a chosen folder; it goes on where the scan was. */
  'datasets.add': route<Job>()(
    z.strictObject({
      token: folderToken,
      name: z.string().trim().min(1).max(100),
      reading: readingSchema.optional(),
    }),
  ),
  /** The folder that a job brings in, and what came of it. */
  'datasets.import': route<DatasetImport>()(z.strictObject({ jobId })),
  /** What was found in a data set's folder when it was imported; null where that is not on record. */
  'datasets.importReport': route<ImportReport | null>()(z.strictObject({ datasetId })),
  /** Pictures of a data set as they would be read from a range; null: from that found at the import. */
  'datasets.previewRange': route<readonly ReadingExample[]>()(
    z.strictObject({ datasetId, range: rangeSchema.nullable() }),
  ),
  'datasets.setRange': route<null>()(z.strictObject({ datasetId, range: rangeSchema.nullable() })),
  'datasets.previewSplit': route<SplitPreview>()(
    z.strictObject({ datasetId, split: splitRuleSchema }),
  ),
  /** `split`: null gives every image the side again that its folder gives it. */
  'datasets.setSplit': route<null>()(
    z.strictObject({ datasetId, split: splitRuleSchema.nullable() }),
  ),
  /** Decodes every image. Progress comes as `files.progress`. */
  'datasets.nearDuplicates': route<NearDuplicates>()(z.strictObject({ datasetId })),
  'datasets.endDuplicates': route<null>()(z.strictObject({ datasetId })),
  /** With `emptyTrash` its runs in the trash are deleted for good first. */
  'datasets.remove': route<null>()(z.strictObject({ datasetId, emptyTrash: z.boolean() })),
}
