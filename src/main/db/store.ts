/** All tables of one open database. */
import { DdadError, describeError, isPassing } from '../../shared/errors.ts'
import { isDamagedFile, openDatabase, SCHEMA_VERSION, type Db } from './open.ts'
import { createChangesRepo } from './repos/changes.ts'
import { createCheckpointsRepo } from './repos/checkpoints.ts'
import { createDatasetsRepo } from './repos/datasets.ts'
import { createEvaluationsRepo } from './repos/evaluations.ts'
import { createFileChangesRepo } from './repos/file-changes.ts'
import { createImageListsRepo } from './repos/image-lists.ts'
import { createImageOverlapsRepo } from './repos/image-overlaps.ts'
import { createImageResultsRepo } from './repos/image-results.ts'
import { createImagesRepo } from './repos/images.ts'
import { createIncomingRunsRepo } from './repos/incoming-runs.ts'
import { createImportsRepo } from './repos/imports.ts'
import { createJobsRepo } from './repos/jobs.ts'
import { createMapsRepo } from './repos/maps.ts'
import { createMaskVersionsRepo } from './repos/mask-versions.ts'
import { createMetricPointsRepo } from './repos/metric-points.ts'
import { createOperatingPointsRepo } from './repos/operating-points.ts'
import { createPlacesRepo } from './repos/places.ts'
import { createReviewsRepo } from './repos/reviews.ts'
import { createRunImageListsRepo } from './repos/run-image-lists.ts'
import { createRunLogsRepo } from './repos/run-logs.ts'
import { createRunsRepo } from './repos/runs.ts'
import { createSavedFiltersRepo } from './repos/saved-filters.ts'
import { createSettingsRepo } from './repos/settings.ts'
import { createStudiesRepo } from './repos/studies.ts'
import { createSweepsRepo } from './repos/sweeps.ts'
import { createTasksRepo } from './repos/tasks.ts'

function assemble(db: Db) {
  const maps = createMapsRepo(db)
  const tasks = createTasksRepo(db)
  return {
    changes: createChangesRepo(db),
    datasets: createDatasetsRepo(db),
    images: createImagesRepo(db),
    imports: createImportsRepo(db),
    incomingRuns: createIncomingRunsRepo(db),
    fileChanges: createFileChangesRepo(db),
    imageLists: createImageListsRepo(db),
    imageOverlaps: createImageOverlapsRepo(db),
    savedFilters: createSavedFiltersRepo(db),
    maps,
    maskVersions: createMaskVersionsRepo(db),
    runs: createRunsRepo(db),
    runImageLists: createRunImageListsRepo(db),
    runLogs: createRunLogsRepo(db),
    studies: createStudiesRepo(db, tasks.counts),
    checkpoints: createCheckpointsRepo(db),
    metricPoints: createMetricPointsRepo(db),
    evaluations: createEvaluationsRepo(db),
    operatingPoints: createOperatingPointsRepo(db),
    imageResults: createImageResultsRepo(db, maps),
    reviews: createReviewsRepo(db),
    jobs: createJobsRepo(db),
    settings: createSettingsRepo(db),
    sweeps: createSweepsRepo(db),
    places: createPlacesRepo(db),
    tasks,
    /** Runs synchronous work in one immediate transaction: all of it is kept or none. */
    transaction: <Result>(work: () => Result): Result => db.transaction(work).immediate(),
    /** Records what can be computed again; a database that cannot be written now does without. Null then. */
    remember: <Result>(work: () => Result): Result | null => {
      try {
        return db.transaction(work).immediate()
      } catch (error) {
        if (isPassing(error) || describeError(error).code === 'WORKSPACE_READ_ONLY') return null
        throw error
      }
    },
    /** Whether nobody else holds the write lock. Asks without waiting. */
    lockIsFree: (): boolean => {
      const patience = db.pragma('busy_timeout', { simple: true }) as number
      db.pragma('busy_timeout = 0')
      try {
        db.exec('BEGIN IMMEDIATE')
        db.exec('ROLLBACK')
        return true
      } catch (error) {
        return !isPassing(error)
      } finally {
        db.pragma(`busy_timeout = ${patience}`)
      }
    },
    /** How long this process stands still for another's lock before it gives up. */
    setPatience: (milliseconds: number): void => void db.pragma(`busy_timeout = ${milliseconds}`),
    /** See {@link isDamagedFile}. */
    fileIsDamaged: (): boolean => isDamagedFile(db.name),
    /** Refuses every change from now on, or allows them again. */
    setReadOnly: (on: boolean): void => void db.pragma(`query_only = ${on ? 'ON' : 'OFF'}`),
    /** Copies what is recorded into a new file, some pages at a time, also from a file that has no name any more. */
    backUp: async (file: string): Promise<void> => void (await db.backup(file)),
    /** Changes when another process has written to the file. */
    dataVersion: () => db.pragma('data_version', { simple: true }) as number,
    /** Copies everything that is committed into a new file, consistently, also while it is being written to. */
    copyTo: (file: string): void => void db.prepare('VACUUM INTO ?').run(file),
    sqliteVersion: () =>
      db.prepare<[], { version: string }>('SELECT sqlite_version() AS version').get()?.version ??
      '',
    close: () => {
      try {
        db.pragma('optimize')
      } catch {
        // It makes later queries faster where the database may be written.
      }
      db.close()
    },
  }
}

export type Store = ReturnType<typeof assemble>

/** Opens a workspace's database; see {@link openDatabase} for what it refuses. */
export function openStore(file: string, beforeCreating?: () => void): Store {
  const db = openDatabase(file, beforeCreating)
  try {
    return assemble(db)
  } catch (error) {
    db.close()
    throw new DdadError(
      'BAD_FILE',
      `${file} is damaged, or another program has changed it: its tables are not those of schema version ${SCHEMA_VERSION}. Nothing was changed. Restore it from a copy, or choose another workspace with --workspace.`,
      { cause: error },
    )
  }
}
