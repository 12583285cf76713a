import { z } from 'zod'
import type { Reading } from './reading.ts'

export const splitRuleSchema = z.strictObject({
  group: z.string().max(200),
  share: z.number().gt(0).lt(1),
  seed: z.number().int().min(0).max(0xffff_ffff),
})

export const rangeSchema = z
  .strictObject({ low: z.number(), high: z.number() })
  .refine(({ low, high }) => high > low, 'White must lie above black.')

/** What a user has chosen, as it comes from the window, the command line or a file. */
export const readingSchema: z.ZodType<Reading> = z.strictObject({
  layout: z.string().max(600).optional(),
  loose: z.enum(['left-out', 'good', 'defect']).optional(),
  trained: z.enum(['left-out', 'test']).optional(),
  contradiction: z.enum(['good', 'defect', 'left-out']).optional(),
  void: z.enum(['left-out', 'defect']).optional(),
  turned: z.enum(['no', 'yes']).optional(),
  split: splitRuleSchema.optional(),
  samples: rangeSchema.optional(),
})
