import type { ImageId } from '../core/ids.ts'

/** Images that one request gives a review; more are given theirs in several. */
export const REVIEWED_AT_ONCE = 10_000

/** What a person has found an image to be. One verdict at a time; every change is kept. */
export const verdicts = [
  'not-reviewed',
  'fine',
  'mask-wrong',
  'label-wrong',
  'ambiguous',
  'bad-image',
] as const
export type Verdict = (typeof verdicts)[number]

export const verdictNames: Readonly<Record<Verdict, string>> = {
  'not-reviewed': 'Not reviewed',
  fine: 'Fine',
  'mask-wrong': 'Mask wrong',
  'label-wrong': 'Label wrong',
  ambiguous: 'Ambiguous',
  'bad-image': 'Bad image',
}

/** Why a result is wrong, or may be; an image can have several. The order is that of every menu. */
export const causes = [
  'mask-wrong',
  'defect-survives',
  'normal-changed',
  'background',
  'too-small',
  'low-contrast',
  'alignment',
  'lighting',
  'image-quality',
  'other',
] as const
export type Cause = (typeof causes)[number]

export const causeNames: Readonly<Record<Cause, string>> = {
  'mask-wrong': 'Ground truth inexact',
  'defect-survives': 'Defect survives in the reconstruction',
  'normal-changed': 'Normal texture changed',
  background: 'Background',
  'too-small': 'Too small',
  'low-contrast': 'Too little contrast',
  alignment: 'Position or rotation',
  lighting: 'Lighting',
  'image-quality': 'Blurred or noisy image',
  other: 'Other',
}

/** What the image should have been labelled as; the data set's own label is never changed. */
export const labels = ['nominal', 'anomalous'] as const
export type Label = (typeof labels)[number]

/** One entry of an image's history, the newest of which is in force. */
export interface Review {
  readonly imageId: ImageId
  readonly verdict: Verdict
  /** Null leaves the data set's label as it is. */
  readonly label: Label | null
  readonly causes: readonly Cause[]
  readonly note: string
  readonly createdAt: number
}

/** How many images of a category and defect type have a verdict, and how many a cause. */
export interface ReviewCounts {
  readonly verdicts: readonly ReviewCount<Verdict>[]
  readonly causes: readonly ReviewCount<Cause>[]
}

export interface ReviewCount<Value> {
  readonly category: string
  readonly defectType: string
  readonly value: Value
  readonly count: number
}
