/** Runs: creating one with its jobs, going on with it, looking at it. */
import fs from 'node:fs'
import type { RunConfig } from '../../../shared/config/run-config.ts'
import type { DatasetId, JobId, RunId, StudyId } from '../../../shared/core/ids.ts'
import type { RunRecord } from '../../../shared/runs/run-record.ts'
import type { Job, ListedCheckpoint, LogEntry, MetricPoint, Run } from '../../../shared/runs/run.ts'
import { nameOfRun } from '../../../shared/runs/naming.ts'
import { DdadError } from '../../../shared/errors.ts'
import type { Facts } from '../core/facts.ts'
import { requireDiffusion } from './run-weights.ts'
import type { Queue } from '../jobs/queue.ts'
import { removeFiles } from '../maps/map-store.ts'
import { runFolder, type Workspace } from '../core/workspace.ts'
import { found } from '../core/found.ts'

export interface RunRequest {
  readonly datasetId: DatasetId
  readonly category: string
  readonly config: RunConfig
  /** Whether adaptation and evaluation follow the training. */
  readonly evaluate: boolean
  /** The study that it belongs to. */
  readonly studyId?: StudyId
  /** Worked on at a place: it gets no jobs here. */
  readonly elsewhere?: boolean
}

/** What people write about a run. */
export interface RunAnnotation {
  readonly name?: string | undefined
  readonly note?: string | undefined
  readonly favourite?: boolean | undefined
  readonly archived?: boolean | undefined
  readonly addTags?: readonly string[] | undefined
  readonly removeTags?: readonly string[] | undefined
}

export function createRuns(workspace: Workspace, facts: Facts, queue: Queue, version: string) {
  const { store, resolve } = workspace
  const get = (id: RunId) => found(store.runs.get(id), `run ${id}`)

  function jobOf(id: JobId): Job {
    const job = store.jobs.get(id)
    if (!job) throw new Error(`Job ${id} vanished inside its transaction.`)
    return job
  }

  function addJob(kind: 'train' | 'adapt', run: Run, afterId: JobId | null): JobId {
    const verb = kind === 'train' ? 'Train' : 'Adapt features of'
    const title = `${verb} ${run.name}`
    const createdAt = Date.now()
    return store.jobs.insert({ kind, runId: run.id, evaluationId: null, afterId, title, createdAt })
  }

  function addEvaluation(run: Run, afterId: JobId | null): JobId {
    const createdAt = Date.now()
    const evaluationId = store.evaluations.insert({
      runId: run.id,
      datasetId: run.datasetId,
      category: run.category,
      settings: { reconstruction: run.config.reconstruction, scoring: run.config.scoring },
      createdAt,
    })
    const title = `Evaluate ${run.name}`
    const runId = run.id
    return store.jobs.insert({ kind: 'evaluate', runId, evaluationId, afterId, title, createdAt })
  }

  function expectHere({ id, name }: Run): void {
    if (!store.tasks.awaits(id)) return
    throw new DdadError(
      'CONFLICT',
      `${name} is worked on at a place. Wait for its result, or retry its task there.`,
    )
  }

  /** Adaptation, where the configuration has epochs for it, and evaluation. Returns the first job. */
  function addFollowing(run: Run, afterId: JobId | null): JobId {
    const { method, adaptation: settings } = run.config
    const wanted = method === 'ddad' && settings.epochs > 0 && !run.adapted
    const adaptation = wanted ? addJob('adapt', run, afterId) : null
    const evaluation = addEvaluation(run, adaptation ?? afterId)
    return adaptation ?? evaluation
  }

  function create({ datasetId, category, config, evaluate, studyId, elsewhere }: RunRequest): Run {
    const dataset = store.datasets.get(datasetId)
    const known = dataset?.categories.find(({ name }) => name === category)
    if (!dataset || !known) {
      throw new DdadError('NOT_FOUND', `There is no category ${category} in data set ${datasetId}.`)
    }
    if (known.nominalTrain === 0) {
      throw new DdadError('CONFLICT', `${category} has no nominal training images.`)
    }
    const id = store.runs.insert({
      name: nameOfRun(category, config, store.runs.hasName),
      datasetId,
      category,
      config,
      datasetFingerprint: dataset.fingerprint,
      appVersion: version,
      studyId: studyId ?? null,
      createdAt: Date.now(),
    })
    if (elsewhere) return get(id)
    const training = addJob('train', get(id), null)
    if (evaluate) addFollowing(get(id), training)
    return get(id)
  }

  /** Takes a run's jobs out of the queue; what is being worked on stops with its work kept. */
  function stopJobs(id: RunId): void {
    for (const job of store.jobs.ofRun(id).toReversed()) queue.stop(job.id)
  }

  function changed(id: RunId): Run {
    facts.tell('runs.changed', { runId: id })
    return get(id)
  }

  /** Removes a run with its files and results. */
  function remove(id: RunId): void {
    const { name } = get(id)
    if (store.jobs.ofRun(id).some(({ state }) => state === 'running')) {
      throw new DdadError('CONFLICT', `${name} is being worked on. Stop it first.`)
    }
    store.transaction(() => {
      store.runs.remove(id)
      store.runImageLists.prune()
    })
    fs.rmSync(resolve(runFolder(id)), { recursive: true, force: true })
    // Maps of weights that no run has any more are of no use.
    const sets = store.maps.cached().filter(({ runId }) => runId === null)
    removeFiles(
      workspace,
      store.transaction(() => store.maps.removeFree(sets.map((set) => set.id))),
    )
    queue.nudge()
  }

  return {
    get,
    list: (): readonly Run[] => store.runs.list(),
    jobs: (id: RunId): readonly Job[] => store.jobs.ofRun(id),
    /** Creates a run and queues its jobs, all of it or nothing. */
    start: (request: RunRequest): Run => {
      const run = store.transaction(() => create(request))
      queue.nudge()
      return run
    },
    /** As {@link start}, inside the caller's transaction and without waking the queue. */
    create,
    /** Goes on with an unfinished training, otherwise queues what follows a finished one. */
    resume: (id: RunId): Job => {
      const run = get(id)
      expectHere(run)
      const jobs = store.jobs.ofRun(id)
      const open = jobs.find(({ state }) => state === 'queued' || state === 'running')
      if (open)
        throw new DdadError('CONFLICT', `${run.name} is already in the queue: ${open.title}.`)
      const unfinished = jobs.find(
        ({ kind, state }) => state !== 'finished' && (state !== 'cancelled' || kind === 'train'),
      )
      if (unfinished) {
        queue.resume(unfinished.id)
        return jobOf(unfinished.id)
      }
      const job = store.transaction(() => jobOf(addFollowing(run, null)))
      queue.nudge()
      return job
    },
    /** Queues adaptation alone, replacing an earlier one. */
    adapt: (id: RunId): Job => {
      const run = get(id)
      requireDiffusion(run)
      expectHere(run)
      if (run.config.adaptation.epochs === 0) {
        throw new DdadError('CONFLICT', `${run.name} has adaptation.epochs 0: nothing to adapt.`)
      }
      const job = store.transaction(() => jobOf(addJob('adapt', run, null)))
      queue.nudge()
      return job
    },
    /** Changes what people write about a run. */
    annotate: (id: RunId, { archived, addTags, removeTags, ...change }: RunAnnotation): Run => {
      get(id)
      const now = Date.now()
      const archivedAt = archived === undefined ? undefined : archived ? now : null
      store.transaction(() => {
        store.runs.change(id, { ...change, archivedAt }, now)
        store.runs.tag(id, addTags ?? [], removeTags ?? [], now)
      })
      return changed(id)
    },
    /** Puts a run into the trash, with its jobs taken out of the queue. Nothing is deleted yet. */
    trash: (id: RunId): Run => {
      get(id)
      stopJobs(id)
      store.runs.change(id, { trashedAt: Date.now() }, Date.now())
      return changed(id)
    },
    /** Takes a run out of the trash; its jobs stay as they are. */
    restore: (id: RunId): Run => {
      get(id)
      store.runs.change(id, { trashedAt: null }, Date.now())
      return changed(id)
    },
    /** The runs in the trash, the newest thrown away first. */
    trashed: (): readonly Run[] => store.runs.trashed(),
    /** Deletes a data set's runs that are in the trash for good. */
    emptyTrash: (datasetId: DatasetId): void => {
      for (const { id } of store.runs.trashed().filter((run) => run.datasetId === datasetId)) {
        remove(id)
      }
    },
    /** Everything that distinguishes a run from another. */
    record: (id: RunId): RunRecord => {
      const run = get(id)
      const evaluationId = run.headline?.evaluationId ?? null
      return {
        run,
        environment: store.runs.environment(id),
        checkpoints: store.checkpoints
          .list(id)
          .map(({ file: _, onDisk: _removed, ...checkpoint }) => checkpoint),
        evaluation: evaluationId === null ? null : store.evaluations.get(evaluationId),
        evaluationEnvironment:
          evaluationId === null ? null : store.evaluations.environment(evaluationId),
        masks: evaluationId === null ? [] : store.imageResults.masks(evaluationId),
        images:
          store.runImageLists.ofRun(id)?.map((image) => ({
            ...image,
            imageId: store.images.byPath(run.datasetId, image.path)?.id ?? null,
          })) ?? null,
      }
    },
    /** The run of the same category that was started before, to see what changed; null for the first. */
    previous: (id: RunId): RunId | null => store.runs.previous(get(id).id),
    /** The newest entries of a run's log, oldest first. */
    log: (id: RunId, limit: number): readonly LogEntry[] => store.runLogs.list(get(id).id, limit),
    /** The curves that a run has. */
    curves: (id: RunId): readonly string[] => store.metricPoints.names(get(id).id),
    /** Evenly spread values of one curve of several runs, for sparklines. */
    sparklines: (
      ids: readonly RunId[],
      name: string,
      points: number,
    ): readonly (readonly number[])[] =>
      ids.map((id) => store.metricPoints.sample(id, name, points)),
    remove,
    metrics: (id: RunId, name: string, limit: number): readonly MetricPoint[] =>
      store.metricPoints.list(get(id).id, name, limit),
    /** Points of a curve after a step, at most the newest two thousand. */
    metricsSince: (id: RunId, name: string, step: number): readonly MetricPoint[] =>
      store.metricPoints.since(id, name, step),
    /** Differs after a run was added, removed or changed by hand, in whichever process. */
    stamp: (): string => store.runs.stamp(),
    /** Every checkpoint that was written, U-Net and features, each newest first. */
    checkpoints: (id: RunId): readonly ListedCheckpoint[] =>
      store.checkpoints.list(get(id).id).map(({ file, ...checkpoint }) => ({
        ...checkpoint,
        onDisk: checkpoint.onDisk && fs.existsSync(resolve(file)),
      })),
  }
}

export type Runs = ReturnType<typeof createRuns>
