/** What an exported run holds, `.ddadrun` version 2; docs/exchange.md describes it for others. */
import { z } from 'zod'
import { evaluationSettingsSchema, runConfigSchema } from '../config/run-config.ts'
import { datasetLayouts, splits } from '../datasets/dataset.ts'
import { metricNames } from '../evaluation/evaluation.ts'
import { decisionSettingsSchema, operatingSettingsSchema } from '../runs/operating-point.ts'
import { jobStates } from '../runs/run.ts'

export const MANIFEST = 'manifest.json'
/** Files that an archive may have, and so images and results. */
export const ENTRY_LIMIT = 500_000
/** The version that this build writes, and the newest that it reads. */
export const ARCHIVE_VERSION = 2

/** `manifest.json`: every other file with its size and hash. */
export const manifestSchema = z.strictObject({
  format: z.literal('ddadrun'),
  version: z.number().int(),
  application: z.string().max(100),
  createdAt: z.string().max(40),
  files: z
    .array(
      z.strictObject({
        path: z.string().max(200),
        bytes: z.number().int().min(0),
        sha256: z.string().regex(/^[0-9a-f]{64}$/),
      }),
    )
    .max(ENTRY_LIMIT),
})
export type Manifest = Readonly<z.infer<typeof manifestSchema>>

const text = z.string().max(10_000)
const name = z.string().min(1).max(500)
const hash = z.string().regex(/^[0-9a-f]{64}$/, 'is no SHA-256')
const time = z.number().int().min(0)
const whole = z.number().int().min(0)

export const environmentSchema = z.strictObject({
  application: text,
  commit: text.nullable(),
  tensorflow: text,
  device: text,
  driver: text.nullable(),
  os: text,
  node: text,
  electron: text.nullable(),
  extractorSha256: text.nullable(),
})

/** `run.json` */
export const archivedRunSchema = z.strictObject({
  name,
  category: name,
  config: runConfigSchema,
  dataset: z.strictObject({ name, layout: z.enum(datasetLayouts), fingerprint: text }),
  state: z.enum(jobStates),
  step: whole,
  totalSteps: whole,
  createdAt: time,
  environment: environmentSchema.nullable(),
  note: text,
  tags: z.array(z.string().max(200)).max(1000),
  checkpoints: z
    .array(
      z.strictObject({
        /** Name in `checkpoints/`. */
        file: z.string().regex(/^[\w-]{1,64}(?:\.safetensors)?$/),
        kind: z.enum(['unet', 'features']),
        step: whole,
        createdAt: time,
      }),
    )
    .max(10_000),
  /** Version 1 kept them with their evaluations. */
  operatingPoints: z
    .array(
      z.strictObject({
        name,
        settings: operatingSettingsSchema,
        inUse: z.boolean(),
        /** Index in `evaluations.json` of the one whose scores thresholds were chosen on. */
        evaluation: whole.nullable(),
        /** Indices of those that it decides. */
        decides: z.array(whole),
      }),
    )
    .max(10_000)
    .default([]),
})
export type ArchivedRun = Readonly<z.infer<typeof archivedRunSchema>>

/** Curves that a run may have; this program makes a handful. */
const MOST_CURVES = 10_000

/** Looked at number by number: there may be millions, of each of which zod would make an object. */
const numbers = <Value extends number | null>(fits: (value: unknown) => value is Value) =>
  z.custom<readonly Value[]>(
    (list) => Array.isArray(list) && (list as unknown[]).every(fits),
    'is no list of numbers',
  )
const isStep = (value: unknown): value is number =>
  Number.isSafeInteger(value) && Number(value) >= 0
const isValue = (value: unknown): value is number | null =>
  value === null || typeof value === 'number'

/** `curves.json`: by name, null where a value is not a number. */
export const archivedCurvesSchema = z
  .custom<object>(
    (curves) =>
      typeof curves === 'object' && curves !== null && Object.keys(curves).length <= MOST_CURVES,
    `has more than ${MOST_CURVES} curves`,
  )
  .pipe(
    z.record(
      z.string().max(200),
      z
        .strictObject({ steps: numbers(isStep), values: numbers(isValue) })
        .refine(
          ({ steps, values }) => steps.length === values.length,
          'has a step without a value',
        ),
    ),
  )
export type ArchivedCurves = Readonly<z.infer<typeof archivedCurvesSchema>>

/** `images.json`: the images of the run's category, without their pixels. */
export const archivedImagesSchema = z.array(
  z.strictObject({
    /** Below the data set's folder; never out of it. */
    path: z
      .string()
      .min(1)
      .max(4096)
      .refine(
        (place) =>
          !/^[/]|[\\\0]|^[a-z]:/i.test(place) &&
          !place.split('/').some((part) => part === '..' || part === '.' || part === ''),
        'leads out of the data set',
      ),
    sha256: hash,
    split: z.enum(splits),
    defectType: name,
    anomalous: z.boolean(),
    width: whole,
    height: whole,
    /** Versions of its mask, lowest first; the pixels of a corrected one are `masks/<image>-<version>.png`. */
    masks: z
      .array(
        z.strictObject({
          version: whole,
          author: text,
          reason: text,
          note: text,
          createdAt: time,
          /** Null for version 0, the data set's own. */
          sha256: hash.nullable(),
          stats: z
            .strictObject({ defectPixels: whole, added: whole, removed: whole, changed: whole })
            .nullable(),
        }),
      )
      .max(100_000)
      .refine(
        (versions) =>
          versions.every(({ version }, i) => version > (versions[i - 1]?.version ?? -1)),
        'has its versions out of order',
      )
      .default([]),
  }),
)
export type ArchivedImage = Readonly<z.infer<typeof archivedImagesSchema>[number]>

/** Thresholds as version 1 kept them, with v. T′ beside them was never used. */
const firstDecisionSchema = z.preprocess((value) => {
  const thresholds = { ...(value as Record<string, unknown>) }
  delete thresholds['startStep']
  return thresholds
}, decisionSettingsSchema)

/** `evaluations.json`; the files of result n of evaluation m are `evaluations/m/n.npy` and `.png`. */
export const archivedEvaluationsSchema = z.array(
  z.strictObject({
    settings: evaluationSettingsSchema,
    calibration: z
      .strictObject({
        ratio: z.number(),
        range: z.strictObject({ low: z.number(), high: z.number() }).exactOptional(),
        maximaRatio: z.number().exactOptional(),
        nominalScores: z.array(z.number()),
      })
      .nullable(),
    /** Names in `checkpoints/`. */
    checkpoint: z.string().nullable(),
    features: z.string().nullable(),
    secondsPerImage: z.number(),
    /** Indices in `images.json` of the images that its T′ was chosen on. */
    chosenOn: z.array(whole).exactOptional(),
    createdAt: time,
    finishedAt: time.nullable(),
    environment: environmentSchema.nullable(),
    /** Of version 1 only. */
    operatingPoints: z.array(z.strictObject({ name, settings: firstDecisionSchema })).optional(),
    metrics: z.array(
      z.strictObject({
        defectType: z.string().nullable(),
        name: z.enum(metricNames),
        value: z.number().nullable(),
        interval: z.strictObject({ low: z.number(), high: z.number() }).optional(),
      }),
    ),
    results: z.array(
      z.strictObject({
        /** Index in `images.json`. */
        image: whole,
        score: z.number(),
        startStep: whole,
        ratio: z.number(),
        milliseconds: z.number(),
        /** Of the mask that it was measured with. */
        maskVersion: whole.nullable(),
        maskSha256: hash.nullable(),
      }),
    ),
  }),
)
export type ArchivedEvaluation = Readonly<z.infer<typeof archivedEvaluationsSchema>[number]>
