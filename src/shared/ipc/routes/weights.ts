/** Requests that make a run out of official DDAD weights. */
import { z } from 'zod'
import type { RunConfig } from '../../config/run-config.ts'
import type { Run } from '../../runs/run.ts'
import { datasetId } from '../ids.ts'
import { route } from '../route.ts'

/** A file that weights come from. */
export interface SourceFile {
  readonly name: string
  readonly bytes: number
  readonly sha256: string
}

/** What an import would make, before anything is stored. */
export interface WeightsSummary {
  readonly importId: string
  /** The run's. */
  readonly name: string
  /** The run's: the network as it is in the file. */
  readonly config: RunConfig
  /** Of the U-Net's training, by its file's name or the settings. */
  readonly epoch: number
  /** Whose settings hold where the configuration file says nothing. */
  readonly preset: string
  readonly files: readonly SourceFile[]
  /** Keys of the configuration file that mean nothing here. */
  readonly unused: readonly string[]
}

/** The files of an import. */
export const weightsParts = ['unet', 'features', 'config'] as const
export type WeightsPart = (typeof weightsParts)[number]

const token = z.uuid()

export const weightsRoutes = {
  /** Asks for a file; the page learns its name alone. */
  'weights.choose': route<{ readonly token: string; readonly name: string } | null>()(
    z.strictObject({ part: z.enum(weightsParts) }),
  ),
  /** Reads and converts the files; nothing is recorded. */
  'weights.prepare': route<WeightsSummary>()(
    z.strictObject({
      datasetId,
      category: z.string().min(1).max(200),
      unet: token,
      features: token.nullable(),
      config: token.nullable(),
    }),
  ),
  /** Records a prepared import as a run. */
  'weights.save': route<Run>()(z.strictObject({ importId: token })),
  'weights.discard': route<null>()(z.strictObject({ importId: token })),
}
