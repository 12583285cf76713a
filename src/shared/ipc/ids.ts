import { z } from 'zod'
import type {
  CheckpointId,
  DatasetId,
  EvaluationId,
  ImageId,
  JobId,
  MaskVersionId,
  OperatingPointId,
  PlaceId,
  RunId,
  StudyId,
  SavedFilterId,
} from '../core/ids.ts'

const rowId = z.number().int().positive()
const id = <Id>() => rowId.transform((value) => value as Id)

export const datasetId = id<DatasetId>()
export const imageId = id<ImageId>()
export const maskVersionId = id<MaskVersionId>()
export const runId = id<RunId>()
export const jobId = id<JobId>()
export const checkpointId = id<CheckpointId>()
export const studyId = id<StudyId>()
export const evaluationId = id<EvaluationId>()
export const operatingPointId = id<OperatingPointId>()
export const savedFilterId = id<SavedFilterId>()
export const placeId = id<PlaceId>()

/** As long as a folder's name can be, in whatever script. */
export const categoryName = z.string().max(500)
