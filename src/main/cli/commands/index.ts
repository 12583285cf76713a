import type { Command } from '../command.ts'
import { adapt } from './adapt.ts'
import { cachePrune, cacheShow } from './cache.ts'
import { compare } from './compare.ts'
import { datasetsCheck, datasetsRelink, datasetsUpdate } from './dataset-files.ts'
import { datasetsDuplicates, datasetsRange, datasetsSplit } from './dataset-readings.ts'
import { datasetsAdd, datasetsList, datasetsRemove, datasetsScan } from './datasets.ts'
import { demoMake, demoRun } from './demo.ts'
import { demoMethods } from './demo-methods.ts'
import { doctor } from './doctor.ts'
import { estimate } from './estimate.ts'
import { evaluate } from './evaluate.ts'
import { flips } from './flips.ts'
import { jobsCommands } from './jobs.ts'
import { importWeights } from './import.ts'
import { reviewsList, reviewsSet } from './reviews.ts'
import { masksExport, masksList, masksRevert } from './masks.ts'
import { mapsExport } from './maps.ts'
import { runsExport, runsImport } from './run-files.ts'
import { runsList, runsRemove, runsResume, runsShow } from './runs.ts'
import { exportMlruns } from './mlruns.ts'
import { nearest } from './nearest.ts'
import { reproduce } from './reproduce.ts'
import { placesAdd, placesChange, placesList, placesRemove, placesTest } from './places.ts'
import { report } from './report.ts'
import { tableExport } from './table.ts'
import { sweep } from './sweep.ts'
import { runNoteCommands } from './run-notes.ts'
import { setup } from './setup.ts'
import { start } from './start.ts'
import { studyCommands } from './studies.ts'
import { taskRun } from './task.ts'
import { tensors } from './tensors.ts'
import { thresholdsDelete, thresholdsList, thresholdsRestore, thresholdsUse } from './thresholds.ts'
import { thresholdsSave } from './thresholds-save.ts'
import { train } from './train.ts'
import { workspaceRescue } from './workspace.ts'

/** Every command, in the order of the help. */
export const commands: readonly Command[] = [
  doctor,
  setup,
  workspaceRescue,
  start,
  demoMake,
  demoRun,
  demoMethods,
  datasetsScan,
  datasetsAdd,
  datasetsList,
  datasetsCheck,
  datasetsRelink,
  datasetsUpdate,
  datasetsSplit,
  datasetsRange,
  datasetsDuplicates,
  datasetsRemove,
  reviewsList,
  reviewsSet,
  masksList,
  masksRevert,
  masksExport,
  nearest,
  estimate,
  train,
  adapt,
  evaluate,
  sweep,
  flips,
  cacheShow,
  cachePrune,
  thresholdsList,
  thresholdsSave,
  thresholdsUse,
  thresholdsDelete,
  thresholdsRestore,
  runsList,
  runsShow,
  runsResume,
  runsRemove,
  ...runNoteCommands,
  ...jobsCommands,
  ...studyCommands,
  placesAdd,
  placesChange,
  placesList,
  placesTest,
  placesRemove,
  taskRun,
  importWeights,
  runsExport,
  runsImport,
  compare,
  reproduce,
  report,
  tableExport,
  mapsExport,
  exportMlruns,
  ...tensors,
]
