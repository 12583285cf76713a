/**
 * Where work came from, as checkpoints and mask versions carry it in their own headers: enough to build a workspace
 * from its files when its database is lost.
 */
import { z } from 'zod'
import { datasetLayouts, splits } from '../datasets/dataset.ts'

/** Key of safetensors metadata and keyword of PNG text. */
export const ORIGIN = 'ddad-origin'

const text = z.string().max(10_000)
const hash = z.string().regex(/^[0-9a-f]{64}$/)
const count = z.number().int().min(0)

const datasetOriginSchema = z.object({
  name: text.min(1),
  layout: z.enum(datasetLayouts),
  root: text,
  fingerprint: text,
})

/** Of the weights of a run. Nothing in it differs between a run and its repetition. */
export const runOriginSchema = z.object({ dataset: datasetOriginSchema, category: text.min(1) })
export type RunOrigin = Readonly<z.infer<typeof runOriginSchema>>

/** Of a version of a mask. */
export const maskOriginSchema = z.object({
  dataset: datasetOriginSchema,
  image: z.object({
    path: text.min(1),
    sha256: hash,
    category: text.min(1),
    split: z.enum(splits),
    defectType: text.min(1),
    anomalous: z.boolean(),
    width: count,
    height: count,
  }),
  version: z.object({ author: text, reason: text, note: text, createdAt: count }),
})
export type MaskOrigin = Readonly<z.infer<typeof maskOriginSchema>>

/** As text of ASCII alone, which every header takes. */
export function originText(origin: RunOrigin | MaskOrigin): string {
  return JSON.stringify(origin).replace(
    /[\u007f-\uffff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}

/** Null for text that is no origin of this kind. */
export function readOrigin<Origin>(schema: z.ZodType<Origin>, value: string): Origin | null {
  try {
    return schema.safeParse(JSON.parse(value)).data ?? null
  } catch {
    return null
  }
}
