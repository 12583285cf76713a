import { initial } from './0001-initial.ts'
import { reviews } from './0002-reviews.ts'
import { maskStatistics } from './0003-mask-statistics.ts'
import { experiments } from './0004-experiments.ts'
import { operatingPoints } from './0005-operating-points.ts'
import { startStep } from './0006-start-step.ts'
import { imageLists } from './0007-image-lists.ts'
import { runOperatingPoints } from './0008-run-operating-points.ts'
import { sweepCellsUsed } from './0009-sweep-cells-used.ts'
import { fileChanges } from './0010-file-changes.ts'
import { imports } from './0011-imports.ts'
import { imageListsOfRuns } from './0012-image-lists-of-runs.ts'
import { sameMasks } from './0013-same-masks.ts'
import { checkpointFiles } from './0014-checkpoint-files.ts'
import { sampleRanges } from './0015-sample-ranges.ts'
import { mapStore } from './0016-map-store.ts'
import { places } from './0017-places.ts'
import { incomingRuns } from './0018-incoming-runs.ts'
import { readings } from './0019-readings.ts'
import { jobCards } from './0020-job-cards.ts'

/** Schema changes in order; the schema's version is their number. Released ones are never edited. */
export const migrations: readonly string[] = [
  initial,
  reviews,
  maskStatistics,
  experiments,
  operatingPoints,
  startStep,
  imageLists,
  runOperatingPoints,
  sweepCellsUsed,
  fileChanges,
  imports,
  imageListsOfRuns,
  sameMasks,
  checkpointFiles,
  sampleRanges,
  mapStore,
  places,
  incomingRuns,
  readings,
  jobCards,
]
