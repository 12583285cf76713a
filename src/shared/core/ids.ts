/** Branded ids: a run's id cannot be handed over where an image's is wanted. All are SQLite row ids. */
declare const brand: unique symbol
type Id<Name extends string> = number & { readonly [brand]: Name }

export type DatasetId = Id<'dataset'>
export type ImageId = Id<'image'>
export type MaskVersionId = Id<'mask-version'>
export type RunId = Id<'run'>
export type JobId = Id<'job'>
export type CheckpointId = Id<'checkpoint'>
export type EvaluationId = Id<'evaluation'>
export type ImageResultId = Id<'image-result'>
export type StudyId = Id<'study'>
export type OperatingPointId = Id<'operating-point'>
export type SavedFilterId = Id<'saved-filter'>
export type PlaceId = Id<'place'>
