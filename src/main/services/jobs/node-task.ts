/** A task on a node: one run trained, adapted and evaluated in a workspace of its own, going on from shared scratch. */
import { createHash } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { thin, type TaskStatus } from '../../../shared/jobs/task-files.ts'
import type { JobId, MaskVersionId, RunId } from '../../../shared/core/ids.ts'
import type { Job, JobProgress } from '../../../shared/runs/run.ts'
import { DdadError, describeError } from '../../../shared/errors.ts'
import type { Facts } from '../core/facts.ts'
import type { FileChecks } from '../datasets/file-checks.ts'
import { storeImage } from '../datasets/scanned-images.ts'
import type { Workspace } from '../core/workspace.ts'
import type { RunExport } from '../exchange/run-export.ts'
import type { Runs } from '../runs/runs.ts'
import type { Queue } from './queue.ts'
import type { TaskFolder } from './task-folder.ts'

/** Scratch serves many tasks: none of them writes there more often. */
const STATUS_MS = 5000
const SNAPSHOT_MS = 60_000
const LOSS_POINTS = 200
const LOG_LINES = 40

export function createNodeTask(
  { store, resolve }: Workspace,
  facts: Facts,
  runs: Runs,
  queue: Queue,
  fileChecks: FileChecks,
  runExport: RunExport,
) {
  /** The rows that the workspace of the studio has, so that the task computes the same. */
  function addRun({ plan, task, images }: TaskFolder, root: string): RunId {
    return store.transaction(() => {
      const { name, layout, fingerprint, samples, reading = {} } = plan.dataset
      const createdAt = Date.now()
      const { category } = images
      const datasetId = store.datasets.insert({
        ...{ name, layout, fingerprint, samples, reading, root, createdAt },
        categories: [category],
      })
      for (const { corrected, ...image } of images.images) {
        const id = storeImage(store, datasetId, { ...image, category: category.name }, createdAt)
        if (!corrected) continue
        const parentId: MaskVersionId | null = store.maskVersions.ofImage(id)[0]?.id ?? null
        store.maskVersions.insert({ ...corrected, imageId: id, parentId })
      }
      const { config } = task
      return runs.create({ datasetId, category: category.name, config, evaluate: true }).id
    })
  }

  /** Corrected masks lie in the workspace, as they do in the studio's. */
  function bringMasks({ images, masks }: TaskFolder): void {
    for (const { corrected } of images.images) {
      if (!corrected) continue
      const target = resolve(`masks/${corrected.file}`)
      fs.mkdirSync(path.dirname(target), { recursive: true })
      fs.copyFileSync(path.join(masks, corrected.file), target)
    }
  }

  /** Takes up what the last attempt has left, or begins. Answers the jobs to be worked through. */
  async function begin(folder: TaskFolder): Promise<{ runId: RunId; jobs: readonly JobId[] }> {
    const root = folder.openData()
    const [dataset] = store.datasets.list()
    if (dataset && dataset.root !== root) store.datasets.setRoot(dataset.id, root)
    const runId = store.runs.list()[0]?.id ?? addRun(folder, root)
    bringMasks(folder)
    save(folder)
    const run = runs.get(runId)
    const images = store.images.ofCategory(run.datasetId, run.category)
    const changes = await fileChecks.look(images.map(({ id }) => id))
    if (changes.length > 0) {
      const some = changes.slice(0, 3).map(({ file, kind }) => `${file} (${kind})`)
      throw new DdadError(
        'BAD_FILE',
        `${changes.length} of the files of ${run.category} in ${root} are not those of the studio's data set: ${some.join(', ')}. Nothing was computed with them. Bring the same files there, then retry.`,
      )
    }
    for (const { id, state } of runs.jobs(runId)) {
      if (state === 'failed' || state === 'stopped' || state === 'paused') queue.resume(id)
    }
    return { runId, jobs: runs.jobs(runId).map(({ id }) => id) }
  }

  /** Copies the database to shared scratch, where its checkpoints already are. */
  function save({ snapshot, isCurrent }: TaskFolder): void {
    if (!isCurrent()) return
    const part = `${snapshot}.part`
    fs.rmSync(part, { force: true })
    store.copyTo(part)
    fs.renameSync(part, snapshot)
  }

  /** Tells how far the task is, and saves what another node needs to go on; answers how to end that. */
  function report(folder: TaskFolder, runId: RunId) {
    const log: string[] = []
    let phase: string | null = null
    let progress: JobProgress | null = null
    let due = false
    let savedAt = 0
    let toldAt = 0
    let dirty = true
    const status = (state: TaskStatus['state'], more: Partial<TaskStatus> = {}) => ({
      state,
      trained: [runs.get(runId).step, runs.get(runId).totalSteps] as [number, number],
      phase,
      done: progress?.done ?? 0,
      total: progress?.total ?? 0,
      secondsLeft: progress?.secondsLeft ?? null,
      loss: thin(store.metricPoints.list(runId, 'loss', LOSS_POINTS), LOSS_POINTS).map(
        ({ step, value }): [number, number | null] => [step, Number.isFinite(value) ? value : null],
      ),
      error: null,
      log: log.slice(-LOG_LINES),
      result: null,
      ...more,
    })
    const say = (text: string): void => {
      log.push(`${new Date().toISOString()} ${text}`.slice(0, 2000))
      log.splice(0, log.length - LOG_LINES)
      dirty = true
    }
    const endings = [
      facts.on('job.progress', (told) => {
        progress = told.progress
        dirty = true
      }),
      facts.on('engine.log', ({ text }) => say(text)),
      facts.on('jobs.changed', ({ changed }) => {
        for (const { kind, state, title, error } of changed) {
          if (state === 'running') phase = kind
          say(`${title}: ${state}${error ? `. ${error}` : ''}`)
        }
      }),
      // A checkpoint is on record, or a job has ended.
      facts.on('runs.changed', () => (due = true)),
    ]
    const beat = async (): Promise<void> => {
      const now = Date.now()
      try {
        if (due || now - savedAt > SNAPSHOT_MS) {
          due = false
          savedAt = now
          save(folder)
        }
        if (dirty || now - toldAt > SNAPSHOT_MS) {
          dirty = false
          toldAt = now
          await folder.tell(status('running'))
        }
      } catch (error) {
        // A shared disk that is full or away now; the next beat tries again.
        due = true
        say(`The shared folder could not be written: ${describeError(error).message}`)
      }
    }
    let last = beat()
    const timer = setInterval(() => {
      last = last.then(beat)
    }, STATUS_MS)
    return {
      end: async (state: TaskStatus['state'], more: Partial<TaskStatus> = {}): Promise<void> => {
        clearInterval(timer)
        for (const ending of endings) ending()
        await last
        await folder.tell(status(state, more))
      },
    }
  }

  /** The result as an archive, named with its hash. */
  async function leave({ result, plan }: TaskFolder, runId: RunId) {
    const { signal } = new AbortController()
    const options = { maps: plan.maps, signal, onProgress: () => {} }
    const { bytes } = await runExport.write(runId, result, options)
    const hash = createHash('sha256')
    for await (const chunk of fs.createReadStream(result)) hash.update(chunk as Buffer)
    return { file: path.basename(result), bytes, sha256: hash.digest('hex') }
  }

  return {
    /**
     * Works on a task to its end. What fails is told in its status file and answered, not thrown.
     * @param work works through jobs and answers them as they are then; ends early with their work kept
     */
    run: async (
      folder: TaskFolder,
      work: (jobs: readonly JobId[]) => Promise<readonly Job[]>,
    ): Promise<{ state: 'finished' | 'stopped' | 'failed'; error: string | null }> => {
      let reporting: ReturnType<typeof report> | null = null
      try {
        const { runId, jobs } = await begin(folder)
        reporting = report(folder, runId)
        const ended = await work(jobs)
        if (!folder.isCurrent()) {
          await reporting.end('stopped')
          return {
            state: 'stopped',
            error: 'A later attempt has taken over; this one wrote nothing more.',
          }
        }
        const failed = ended.find(({ state }) => state === 'failed' || state === 'paused')
        if (failed)
          throw new DdadError('CONFLICT', failed.error ?? `${failed.title}: ${failed.state}`)
        save(folder)
        if (ended.some(({ state }) => state !== 'finished')) {
          await reporting.end('stopped')
          return { state: 'stopped', error: null }
        }
        await reporting.end('finished', { result: await leave(folder, runId) })
        folder.discardScratch()
        return { state: 'finished', error: null }
      } catch (error) {
        const { message } = describeError(error)
        const none = {
          phase: null,
          trained: null,
          done: 0,
          total: 0,
          secondsLeft: null,
          loss: [],
          log: [],
          result: null,
        }
        if (reporting) {
          save(folder)
          await reporting.end('failed', { error: message })
        } else await folder.tell({ ...none, state: 'failed', error: message })
        return { state: 'failed', error: message }
      }
    },
  }
}
