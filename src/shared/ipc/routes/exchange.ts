import { z } from 'zod'
import { tableFormats } from '../../exchange/table.ts'
import { datasetId, evaluationId, runId, studyId } from '../ids.ts'
import type { Reproduction } from '../../runs/reproduction.ts'
import type { Run } from '../../runs/run.ts'
import { route } from '../route.ts'

/** What was written, for a message; null when the user closed the dialog. */
export interface Written {
  /** For display only. */
  readonly place: string
  readonly files: number
}

export interface ImportedRun {
  readonly run: Run
  /** Whether its images were found in a data set of this workspace; otherwise only their names are known. */
  readonly dataPresent: boolean
  /** Whether anomaly maps and reconstructions came along. */
  readonly maps: boolean
}

/**
 * Asks where in a dialog of the system; progress comes as `exchange.progress`. What is cancelled leaves nothing.
 */
export const exchangeRoutes = {
  /** Saves a table that the window has formatted. */
  'exchange.saveTable': route<Written | null>()(
    z.strictObject({
      name: z.string().min(1).max(100),
      format: z.enum(tableFormats),
      text: z.string().max(50_000_000),
    }),
    51_000_000,
  ),
  /** Anomaly maps as float files in MVTec's layout. */
  'exchange.exportMaps': route<Written | null>()(
    z.strictObject({
      evaluationId,
      format: z.enum(['tiff', 'npy']),
      size: z.enum(['original', 'network']),
    }),
  ),
  /** A report of one evaluation, or of the newest of each category of a data set or study. */
  'exchange.saveReport': route<Written | null>()(
    z.strictObject({
      subject: z.discriminatedUnion('kind', [
        z.strictObject({ kind: z.literal('evaluation'), evaluationId }),
        z.strictObject({ kind: z.literal('dataset'), datasetId }),
        z.strictObject({ kind: z.literal('study'), studyId }),
      ]),
      format: z.enum(['html', 'pdf']),
    }),
  ),
  /** Runs in MLflow's file layout. */
  'exchange.exportMlruns': route<Written | null>()(
    z.strictObject({ runIds: z.array(runId).max(10_000), checkpoints: z.boolean() }),
  ),
  /** One file that another workspace can take in. */
  'exchange.exportRun': route<Written | null>()(z.strictObject({ runId, maps: z.boolean() })),
  /** Gives an export up. */
  'exchange.cancel': route<null>()(z.strictObject({ id: z.number().int().min(1) })),
  /** Takes in a run that was exported elsewhere. */
  'exchange.importRun': route<ImportedRun | null>()(z.null()),
  /** Everything recorded of a run, and in what the present differs. */
  'reproduction.plan': route<Reproduction>()(z.strictObject({ runId })),
  /** Queues a run with the same configuration, seed and data. */
  'reproduction.start': route<Run>()(z.strictObject({ runId })),
}
