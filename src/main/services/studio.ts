/** Everything behind the window and the command line, assembled over one workspace. */
import type { BackgroundContract } from '../../shared/processes/background.ts'
import type { EngineContract, EngineInfo } from '../../shared/processes/engine.ts'
import type { Supervisor } from '../engine-host/supervisor.ts'
import { createAdditions } from './additions.ts'
import { createCachedFigures } from './cached-figures.ts'
import { createComparisons } from './comparisons.ts'
import { createDatasets } from './datasets.ts'
import { createDemo } from './demo.ts'
import { createEstimates } from './estimates.ts'
import { createEvaluations } from './evaluations.ts'
import { createFacts } from './facts.ts'
import { createFileChecks } from './file-checks.ts'
import { createExports } from './exports.ts'
import { createFiles } from './files.ts'
import { createFlips } from './flips.ts'
import { createIdleEngine } from './idle-engine.ts'
import { createImageLists } from './image-lists.ts'
import { removeLeftStagings } from './import-staging.ts'
import { createImports } from './imports.ts'
import { appVersion } from './installation.ts'
import { createMaskExport } from './mask-export.ts'
import { createMasks } from './masks.ts'
import { createNearest } from './nearest.ts'
import { createOperatingPoints } from './operating-points.ts'
import { createMlflowExport } from './mlflow-export.ts'
import { createPreviews } from './previews.ts'
import { createPixelProfiles } from './pixel-profiles.ts'
import { createPreferences } from './preferences.ts'
import { createMapExports } from './map-exports.ts'
import { createOverlaps } from './overlaps.ts'
import { createQueue } from './queue.ts'
import { createRelinks } from './relinks.ts'
import { createReproduction } from './reproduction.ts'
import { createReports } from './reports.ts'
import { createReviews } from './reviews.ts'
import { createRunExport } from './run-export.ts'
import { createRunImport } from './run-import.ts'
import { createRuns } from './runs.ts'
import { createStudies } from './studies.ts'
import { createSweepCache } from './sweep-cache.ts'
import { createSweeps } from './sweeps.ts'
import { createWeightsImport } from './weights-import.ts'
import { openWorkspace } from './workspace.ts'

export interface Children {
  readonly engine: Supervisor<EngineContract>
  /** A second engine for live reconstructions and searches, so that they need not wait for a training. */
  readonly preview: Supervisor<EngineContract>
  readonly background: Supervisor<BackgroundContract>
}

/**
 * Opens a workspace with its services. Nothing runs before `queue.start()`.
 * @throws {DdadError} when the workspace cannot be opened.
 */
export function openStudio(folder: string, { engine, preview, background }: Children) {
  const workspace = openWorkspace(folder)
  const { store } = workspace
  const facts = createFacts()
  const fileChecks = createFileChecks(workspace, facts, background)
  const files = createFiles(workspace, fileChecks, background)
  const preferences = createPreferences(workspace)
  const datasets = createDatasets(workspace, facts, background)
  const jobContext = { workspace, datasets, files, fileChecks, preferences, engine, background }
  const queue = createQueue(jobContext, facts)
  const imports = createImports(workspace, datasets, queue)
  const additions = createAdditions(workspace, facts, background)
  const relinks = createRelinks(workspace, facts, fileChecks, background)
  const imageLists = createImageLists(workspace, createOverlaps(workspace, files, background))
  const reviews = createReviews(workspace, facts)
  const runs = createRuns(workspace, facts, queue, appVersion())
  const estimates = createEstimates(jobContext)
  const studies = createStudies(workspace, runs, queue)
  const operatingPoints = createOperatingPoints(workspace, facts)
  const evaluations = createEvaluations(workspace, queue)
  const cachedFigures = createCachedFigures(workspace, files, background)
  const runExport = createRunExport(workspace)
  const runImport = createRunImport(workspace, facts)
  const exports = createExports(facts)
  const reports = createReports(workspace, files, background)
  const mlflowExport = createMlflowExport(workspace)
  const engineInfo = (): Promise<EngineInfo> => engine.call('info', null).result
  const reproduction = createReproduction(workspace, runs, fileChecks.maskContent, engineInfo)
  const weightsImport = createWeightsImport(workspace, facts, engine, appVersion())
  const mapExports = createMapExports(workspace, evaluations, background)
  const comparisons = createComparisons(
    workspace,
    background,
    createPixelProfiles(workspace, files, background),
  )
  const masks = createMasks(workspace, facts, files, background)
  const maskExport = createMaskExport(workspace, files, background)
  const beside = createIdleEngine(preview)
  const previews = createPreviews(workspace, files, facts, beside)
  const nearest = createNearest(workspace, files, facts, beside)
  const sweeps = createSweeps(workspace, queue, files, background)
  const sweepCache = createSweepCache(workspace, preferences, facts)
  const flips = createFlips(evaluations, operatingPoints, cachedFigures, sweeps)
  const demo = createDemo(workspace, datasets, runs, background)
  queue.recover()
  removeLeftStagings(workspace)

  return {
    folder: workspace.folder,
    facts,
    files,
    queue,
    preferences,
    datasets,
    imports,
    fileChecks,
    relinks,
    additions,
    imageLists,
    reviews,
    runs,
    studies,
    estimates,
    evaluations,
    flips,
    exports,
    operatingPoints,
    cachedFigures,
    comparisons,
    mapExports,
    mlflowExport,
    reproduction,
    reports,
    runExport,
    runImport,
    weightsImport,
    masks,
    maskExport,
    previews,
    nearest,
    sweeps,
    sweepCache,
    demo,
    settings: store.settings,
    /** What the engine computes with. Rejected when TensorFlow cannot be had. */
    engineInfo,
    tensors: (input: EngineContract['tensors']['input']) => engine.call('tensors', input).result,
    sqliteVersion: () => store.sqliteVersion(),
    changes: store.changes,
    /** Changes when another process has written to the workspace. */
    dataVersion: () => store.dataVersion(),
    /** True while there are neither data sets nor runs. */
    isEmpty: () => store.datasets.list().length === 0,
    /** Stops the running job, keeping its work, and closes everything. */
    close: async (): Promise<void> => {
      await queue.close()
      fileChecks.close()
      weightsImport.close()
      previews.stop()
      nearest.stop()
      beside.close()
      await Promise.all([engine.close(), preview.close(), background.close()])
      store.close()
    },
  }
}

export type Studio = ReturnType<typeof openStudio>
