/** Runs: creating one with its jobs, going on with it, looking at it. */
import fs from 'node:fs'
import type { RunConfig } from '../../shared/config/run-config.ts'
import type { DatasetId, JobId, RunId } from '../../shared/domain/ids.ts'
import type { Checkpoint, Job, MetricPoint, Run } from '../../shared/domain/run.ts'
import { DdadError } from '../../shared/errors.ts'
import type { Queue } from './queue.ts'
import { runFolder, type Workspace } from './workspace.ts'

export interface RunRequest {
  readonly datasetId: DatasetId
  readonly category: string
  readonly config: RunConfig
  /** Whether adaptation and evaluation follow the training. */
  readonly evaluate: boolean
}

export function createRuns({ store, resolve }: Workspace, queue: Queue, version: string) {
  function get(id: RunId): Run {
    const run = store.runs.get(id)
    if (run) return run
    throw new DdadError('NOT_FOUND', `There is no run ${id} in this workspace.`)
  }

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

  /** Adaptation, where the configuration has epochs for it, and evaluation. Returns the first job. */
  function addFollowing(run: Run, afterId: JobId | null): JobId {
    const wanted = run.config.adaptation.epochs > 0 && !run.adapted
    const adaptation = wanted ? addJob('adapt', run, afterId) : null
    const evaluation = addEvaluation(run, adaptation ?? afterId)
    return adaptation ?? evaluation
  }

  return {
    get,
    list: (): readonly Run[] => store.runs.list(),
    jobs: (id: RunId): readonly Job[] => store.jobs.ofRun(id),
    /** Creates a run and queues its jobs, all of it or nothing. */
    start: ({ datasetId, category, config, evaluate }: RunRequest): Run => {
      const dataset = store.datasets.get(datasetId)
      const known = dataset?.categories.find(({ name }) => name === category)
      if (!dataset || !known) {
        throw new DdadError(
          'NOT_FOUND',
          `There is no category ${category} in data set ${datasetId}.`,
        )
      }
      if (known.nominalTrain === 0) {
        throw new DdadError('CONFLICT', `${category} has no nominal training images.`)
      }
      const id = store.transaction(() => {
        const runId = store.runs.insert({
          name: `${category} (${config.preset}, seed ${config.seed})`,
          datasetId,
          category,
          config,
          datasetFingerprint: dataset.fingerprint,
          appVersion: version,
          createdAt: Date.now(),
        })
        const training = addJob('train', get(runId), null)
        if (evaluate) addFollowing(get(runId), training)
        return runId
      })
      queue.nudge()
      return get(id)
    },
    /** Goes on with an unfinished training, otherwise queues what follows a finished one. */
    resume: (id: RunId): Job => {
      const run = get(id)
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
      if (run.config.adaptation.epochs === 0) {
        throw new DdadError('CONFLICT', `${run.name} has adaptation.epochs 0: nothing to adapt.`)
      }
      const job = store.transaction(() => jobOf(addJob('adapt', run, null)))
      queue.nudge()
      return job
    },
    /** Removes a run with its files and results. */
    remove: (id: RunId): void => {
      const { name } = get(id)
      if (store.jobs.ofRun(id).some(({ state }) => state === 'running')) {
        throw new DdadError('CONFLICT', `${name} is being worked on. Stop it first.`)
      }
      store.runs.remove(id)
      fs.rmSync(resolve(runFolder(id)), { recursive: true, force: true })
      queue.nudge()
    },
    metrics: (id: RunId, name: string, limit: number): readonly MetricPoint[] =>
      store.metricPoints.list(get(id).id, name, limit),
    checkpoints: (id: RunId): readonly Checkpoint[] =>
      store.checkpoints.list(get(id).id).map(({ file: _, ...checkpoint }) => checkpoint),
  }
}

export type Runs = ReturnType<typeof createRuns>
