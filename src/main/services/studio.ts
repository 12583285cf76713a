/** Everything behind the window and the command line, assembled over one workspace. */
import type { BackgroundContract } from '../../shared/processes/background.ts'
import type { EngineContract, EngineInfo } from '../../shared/processes/engine.ts'
import type { Supervisor } from '../processes/supervisor.ts'
import { createAdditions } from './datasets/additions.ts'
import { createCachedFigures } from './evaluation/cached-figures.ts'
import { createComparisons } from './evaluation/comparisons.ts'
import { createExamples } from './datasets/examples.ts'
import { createReadings } from './datasets/readings.ts'
import { createDatasets } from './datasets/datasets.ts'
import { createDemo } from './datasets/demo.ts'
import { createEstimates } from './jobs/estimates.ts'
import { createEvaluations } from './evaluation/evaluations.ts'
import { createFacts } from './core/facts.ts'
import { createFileChecks } from './datasets/file-checks.ts'
import { createEngineFiles } from './core/engine-files.ts'
import { createExports } from './exchange/exports.ts'
import { createFiles } from './datasets/files.ts'
import { createFlips } from './evaluation/flips.ts'
import { createFollowPlaces } from './jobs/follow-places.ts'
import { createIdleEngine } from './jobs/idle-engine.ts'
import { createImageLists } from './runs/image-lists.ts'
import { removeLeftStagings } from './datasets/import-staging.ts'
import { createImports } from './datasets/imports.ts'
import { appVersion } from './core/installation.ts'
import { createMaskExport } from './masks/mask-export.ts'
import { createMasks } from './masks/masks.ts'
import { createNearest } from './maps/nearest.ts'
import { createNodeTask } from './jobs/node-task.ts'
import { createOperatingPoints } from './runs/operating-points.ts'
import { createMlflowExport } from './exchange/mlflow-export.ts'
import { createPreviews } from './maps/previews.ts'
import { createPixelProfiles } from './evaluation/pixel-profiles.ts'
import { createPreferences } from './core/preferences.ts'
import { createMapExports } from './exchange/map-exports.ts'
import { createOverlaps } from './runs/overlaps.ts'
import { createPlaces } from './jobs/places.ts'
import { createQueue, type Queue } from './jobs/queue.ts'
import { createRelinks } from './datasets/relinks.ts'
import { createReproduction } from './runs/reproduction.ts'
import { createReports } from './exchange/reports.ts'
import { createReviews } from './datasets/reviews.ts'
import { createRunExport } from './exchange/run-export.ts'
import { createRunImport } from './exchange/run-import.ts'
import { createRuns } from './runs/runs.ts'
import { createSendStudy } from './jobs/send-study.ts'
import { createStudies } from './runs/studies.ts'
import { createMapCache } from './maps/map-cache.ts'
import { createSweeps } from './maps/sweeps.ts'
import { createWeightsImport } from './runs/weights-import.ts'
import { createHealth } from './core/health.ts'
import { noteOpening } from './core/openings.ts'
import { tidyAfterKill } from './core/tidy.ts'
import { clearLeftWritings } from './core/writings.ts'
import { openWorkspace, type Workspace } from './core/workspace.ts'

export interface Children {
  readonly engine: Supervisor<EngineContract>
  /** Engines of further cards, each of which does a job of its own. */
  readonly furtherCards?: readonly Supervisor<EngineContract>[]
  /** A second engine for live reconstructions, searches and the reading of weights, beside a training. */
  readonly preview: Supervisor<EngineContract>
  readonly background: Supervisor<BackgroundContract>
}

/**
 * Opens a workspace with its services. Nothing runs before `queue.start()`.
 * @throws {DdadError} when the workspace cannot be opened.
 */
export function openStudio(
  folder: string,
  { engine, furtherCards = [], preview, background }: Children,
) {
  const cards = [engine, ...furtherCards]
  const workspace = openWorkspace(folder)
  const { store } = workspace
  const facts = createFacts()
  const fileChecks = createFileChecks(workspace, facts, background)
  const files = createFiles(workspace, fileChecks, background)
  const preferences = createPreferences(workspace, facts)
  const examples = createExamples(workspace, background)
  const datasets = createDatasets(workspace, facts, background, examples)
  const readings = createReadings(workspace, facts, { datasets, examples, files }, background)
  const jobContext = {
    workspace,
    datasets,
    files,
    fileChecks,
    preferences,
    engine,
    cards,
    background,
  }
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
  const runImport = createRunImport(workspace, facts, background)
  const places = createPlaces(workspace, facts)
  const sendStudy = createSendStudy(workspace, runs, facts)
  const followPlaces = createFollowPlaces(workspace, runImport, facts)
  const nodeTask = createNodeTask(workspace, facts, runs, queue, fileChecks, runExport)
  const exports = createExports(facts)
  const reports = createReports(workspace, files, background)
  const mlflowExport = createMlflowExport(workspace)
  const engineInfo = (): Promise<EngineInfo> => engine.call('info', null).result
  const engineFiles = createEngineFiles(facts, background, [...cards, preview])
  const reproduction = createReproduction(workspace, runs, fileChecks.maskContent, engineInfo)
  const beside = createIdleEngine(preview)
  const weightsImport = createWeightsImport(workspace, facts, beside, appVersion())
  const mapExports = createMapExports(workspace, evaluations, background)
  const comparisons = createComparisons(
    workspace,
    background,
    createPixelProfiles(workspace, files, background),
  )
  const masks = createMasks(workspace, facts, files, background)
  const maskExport = createMaskExport(workspace, files, background)
  const previews = createPreviews(workspace, files, facts, beside, background)
  const nearest = createNearest(workspace, files, facts, beside)
  const sweeps = createSweeps(workspace, queue, files, background)
  const mapCache = createMapCache(workspace, preferences, facts)
  const flips = createFlips(evaluations, operatingPoints, cachedFigures, sweeps)
  const demo = createDemo(workspace, datasets, runs, background)
  const { readOnly } = workspace
  const opening = readOnly === null ? putRight(workspace, queue) : null
  const health = createHealth(workspace, { engine, preview, background }, facts)

  return {
    folder: workspace.folder,
    /** Why the workspace may only be looked at; null where it may be changed. */
    readOnly,
    /** What an earlier process that was killed has left, and what was done with it. */
    tidied: opening?.tidied ?? { moved: [], removed: 0 },
    health,
    facts,
    files,
    queue,
    preferences,
    datasets,
    examples,
    readings,
    imports,
    fileChecks,
    relinks,
    additions,
    imageLists,
    reviews,
    runs,
    studies,
    estimates,
    places,
    sendStudy,
    followPlaces,
    nodeTask,
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
    mapCache,
    demo,
    settings: store.settings,
    /** What the engine computes with. Rejected when TensorFlow cannot be had. */
    engineInfo,
    engineFiles,
    tensors: (input: EngineContract['tensors']['input']) => engine.call('tensors', input).result,
    sqliteVersion: () => store.sqliteVersion(),
    changes: store.changes,
    /** Changes when another process has written to the workspace. */
    dataVersion: () => store.dataVersion(),
    /** True while there are neither data sets nor runs. */
    isEmpty: () => store.datasets.list().length === 0,
    /** Stops the running job, keeping its work, and closes everything. */
    close: async (): Promise<void> => {
      health.close()
      await followPlaces.close()
      await queue.close()
      fileChecks.close()
      weightsImport.close()
      previews.stop()
      nearest.stop()
      beside.close()
      await Promise.all([...cards, preview, background].map((child) => child.close()))
      store.close()
      opening?.close()
    },
  }
}

/** Notes that the workspace is open, and puts right what an earlier process has left that was killed. */
function putRight(workspace: Workspace, queue: Queue) {
  const opening = noteOpening(workspace)
  queue.recover()
  removeLeftStagings(workspace)
  clearLeftWritings(workspace)
  return { tidied: tidyAfterKill(workspace, opening), close: () => opening.close() }
}

export type Studio = ReturnType<typeof openStudio>
