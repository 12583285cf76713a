/** Sends studies to places, and tells Slurm there what the user wants of their tasks. */
import { randomUUID } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { spawn } from 'node:child_process'
import { batchScript, quoted } from '../../../shared/jobs/batch-script.ts'
import {
  endedEarly,
  isOpen,
  pathThere,
  type Place,
  type SentStudy,
  type Submission,
  type Task,
  type TaskAct,
} from '../../../shared/jobs/place.ts'
import { CANCELLED } from '../../../shared/jobs/slurm.ts'
import type { PlannedImages, TaskPlan } from '../../../shared/jobs/task-files.ts'
import type { ImageEntry } from '../../../shared/datasets/dataset.ts'
import type { DatasetId, RunId, StudyId } from '../../../shared/core/ids.ts'
import type { PlannedRun, Study } from '../../../shared/runs/study.ts'
import { DdadError, describeError } from '../../../shared/errors.ts'
import { appVersion } from '../core/installation.ts'
import type { Facts } from '../core/facts.ts'
import type { Workspace } from '../core/workspace.ts'
import type { Runs } from '../runs/runs.ts'
import { placeShell } from './place-shell.ts'
import { found } from '../core/found.ts'

export interface SendRequest {
  readonly name: string
  readonly datasetId: DatasetId
  readonly runs: readonly PlannedRun[]
  readonly placeId: Place['id']
  readonly submission: Submission
}

/** What would be sent: the script as Slurm gets it. */
export interface Preview {
  readonly folder: string
  readonly script: string
  /** The data set's folder, or its `.tar`, as the nodes have it. */
  readonly data: string
}

const SHARED_FOLDERS = ['status', 'results', 'logs', 'tasks', 'masks']

export function createSendStudy(workspace: Workspace, runs: Runs, facts: Facts) {
  const { store, resolve } = workspace

  const placeOf = (id: Place['id']) => found(store.places.get(id), `place ${id}`)

  const datasetOf = (id: DatasetId) => found(store.datasets.get(id), `data set ${id}`)

  function sentOf(id: StudyId): SentStudy {
    const sent = store.tasks.sent(id)
    if (sent) return sent
    throw new DdadError('CONFLICT', `Study ${id} runs on this machine, not at a place.`)
  }

  function preview({ placeId, datasetId, runs: planned, submission }: SendRequest, key: string) {
    const { settings } = placeOf(placeId)
    const folder = `${settings.scratch.replace(/\/+$/, '')}/${key}`
    const script = batchScript(settings, submission, { key, folder, tasks: planned.length })
    return { folder, script, data: pathThere(settings, datasetOf(datasetId).root) }
  }

  /** An image as a task is told of it. Its corrected mask, if there is one, is to go along. */
  function plannedImage(image: ImageEntry): PlannedImages['images'][number] {
    const { path: file, split, defectType, anomalous, width, height, orientation, sha256 } = image
    const [own, ...masks] = store.fileChanges.files([image.id])
    const corrected =
      image.maskStatus === 'corrected' && image.maskVersionId !== null
        ? store.maskVersions.get(image.maskVersionId)
        : null
    return {
      ...{ path: file, split, defectType, anomalous, width, height, orientation, sha256 },
      bytes: own?.bytes ?? 0,
      modifiedAt: own?.modifiedAt ?? 0,
      masks: masks.map((mask) => ({
        path: mask.path,
        sha256: mask.sha256,
        bytes: mask.bytes ?? 0,
        modifiedAt: mask.modifiedAt ?? 0,
        orientation: mask.orientation,
      })),
      corrected:
        corrected?.file && corrected.sha256
          ? {
              version: corrected.version,
              file: corrected.file,
              sha256: corrected.sha256,
              author: corrected.author,
              reason: corrected.reason,
              createdAt: corrected.createdAt,
            }
          : null,
    }
  }

  /** Writes everything that the tasks need to know into a folder. */
  function writePlan(request: SendRequest, key: string, into: string): void {
    const dataset = datasetOf(request.datasetId)
    const { data, script } = preview(request, key)
    for (const name of SHARED_FOLDERS) fs.mkdirSync(path.join(into, name), { recursive: true })
    const names = [...new Set(request.runs.map(({ category }) => category))]
    for (const [index, name] of names.entries()) {
      const category = found(
        dataset.categories.find((one) => one.name === name),
        `category ${name} in ${dataset.name}`,
      )
      const images = store.images.ofCategory(dataset.id, name).map(plannedImage)
      for (const { corrected } of images) {
        if (!corrected) continue
        const target = path.join(into, 'masks', corrected.file)
        fs.mkdirSync(path.dirname(target), { recursive: true })
        fs.copyFileSync(resolve(`masks/${corrected.file}`), target)
      }
      const planned: PlannedImages = {
        category: { ...category, defects: { ...category.defects } },
        images,
      }
      fs.writeFileSync(path.join(into, `category-${index}.json`), JSON.stringify(planned))
    }
    const plan: TaskPlan = {
      format: 'ddad-tasks',
      version: 1,
      key,
      application: appVersion(),
      dataset: {
        name: dataset.name,
        layout: dataset.layout,
        fingerprint: dataset.fingerprint,
        samples: dataset.samples,
        reading: dataset.reading,
        source: data,
      },
      maps: request.submission.maps,
      tasks: request.runs.map(({ category, config }, number) => ({
        number,
        name: `${category} (${config.preset}, seed ${config.seed})`,
        category,
        config,
        images: `category-${names.indexOf(category)}.json`,
      })),
    }
    fs.writeFileSync(path.join(into, 'plan.json'), JSON.stringify(plan))
    fs.writeFileSync(path.join(into, 'script.sh'), script)
  }

  /** Brings a folder to the place; it is there whole or not at all. */
  async function upload({ settings }: Place, from: string, folder: string): Promise<void> {
    const tar = spawn('tar', ['-cf', '-', '-C', from, '.'], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const part = quoted(`${folder}.part`)
    await placeShell(
      settings,
      `rm -rf ${part} && mkdir -p ${part} && tar -xf - -C ${part} && mv ${part} ${quoted(folder)}`,
      { stdin: tar.stdout, timeout: 30 * 60_000 },
    )
  }

  const submit = async ({ place, folder }: Pick<SentStudy, 'place' | 'folder'>, array: string) => {
    const script = quoted(`${folder}/script.sh`)
    const answer = await placeShell(place.settings, `sbatch --parsable ${array} ${script}`)
    const job = Number(answer.trim().split(';')[0])
    if (Number.isInteger(job) && job > 0) return job
    throw new DdadError(
      'CONFLICT',
      `sbatch answered ${answer.trim().slice(0, 200)}, which is no job.`,
    )
  }

  function chosen(id: StudyId, numbers: readonly number[] | null): readonly Task[] {
    const tasks = store.tasks.ofStudy(id)
    const unknown = numbers?.find((number) => !tasks.some((task) => task.number === number))
    if (unknown !== undefined)
      throw new DdadError('NOT_FOUND', `Study ${id} has no task ${unknown}.`)
    return numbers ? tasks.filter(({ number }) => numbers.includes(number)) : tasks
  }

  const changed = (): void => {
    facts.tell('places.changed', null)
    facts.tell('runs.changed', { runId: null })
  }

  /** Ends every task of a study that Slurm did not take. */
  function refuse(id: StudyId, error: string): void {
    store.transaction(() => {
      for (const { runId, ...task } of store.tasks.ofStudy(id))
        store.tasks.tell(runId, { ...task, state: 'failed', error })
    })
    changed()
  }

  /** Runs a command for tasks that Slurm still has; it finds them in `$jobs`, commas between them. */
  function tell(id: StudyId, tasks: readonly Task[], command: string): Promise<string> {
    const { place, key } = sentOf(id)
    const numbers = tasks.map(({ number }) => number).join('|')
    return placeShell(
      place.settings,
      [
        `jobs=$(squeue --noheader --array --name=${key} --format='%K %F_%K' | grep -E '^(${numbers || 'none'}) ' | cut -d' ' -f2 | paste -sd, -)`,
        `[ -n "$jobs" ] || { echo 'Slurm has none of these tasks in its queue.' >&2; exit 1; }`,
        command,
      ].join('\n'),
    )
  }

  /**
   * Sends tasks that have ended before their time again, alone; they go on from what is kept.
   * @param numbers null for all of them
   */
  async function retry(id: StudyId, numbers: readonly number[] | null): Promise<void> {
    const sent = sentOf(id)
    const tasks = chosen(id, numbers).filter(endedEarly)
    if (tasks.length === 0)
      throw new DdadError(
        'CONFLICT',
        `Study ${id} has no task that failed, was stopped or was cancelled.`,
      )
    const { limit } = sent.submission
    const list = tasks.map(({ number }) => number).join(',')
    await submit(sent, `--array=${list}${limit > 0 ? `%${limit}` : ''}`)
    store.transaction(() => {
      for (const { runId, ...task } of tasks)
        store.tasks.tell(runId, { ...task, state: 'queued', queue: 'SENT', error: null })
    })
    changed()
  }

  /** Cancels, holds, releases or requeues tasks that are not over. @param numbers null for all of them */
  async function act(id: StudyId, act: TaskAct, numbers: readonly number[] | null): Promise<void> {
    const tasks = chosen(id, numbers).filter(isOpen)
    if (act === 'cancel') await cancel(id, tasks)
    else await tell(id, tasks, `scontrol ${act} "$jobs"`)
    changed()
  }

  /** Slurm keeps no row of an array's task that it cancels before it began: such a task is known to be over here. */
  async function cancel(id: StudyId, tasks: readonly Task[]): Promise<void> {
    const left = await tell(
      id,
      tasks,
      `echo "$jobs" | tr , " " | xargs scancel && squeue --noheader --array --states=all --name=${sentOf(id).key} --format=%K`,
    )
    const kept = new Set(left.split('\n').map(Number))
    store.transaction(() => {
      for (const { runId, ...task } of tasks.filter(({ number }) => !kept.has(number)))
        store.tasks.tell(runId, { ...task, state: 'cancelled', queue: null, error: CANCELLED })
    })
  }

  return {
    /** Shows what would be sent, without sending anything. */
    preview: (request: SendRequest): Preview => preview(request, 'ddad-preview'),
    sent: (id: StudyId): SentStudy | null => store.tasks.sent(id),
    tasks: (id: StudyId): readonly Task[] => store.tasks.ofStudy(id),
    /** The task of a run; null for a run of this machine. */
    taskOf: (id: RunId): Task | null => store.tasks.ofRun(id),
    /**
     * Sends a study: its plan goes to the shared folder, its rows into the workspace, then Slurm gets the array.
     * @throws {DdadError} NOT_FOUND when the host is not reached, CONFLICT when the site refuses it; what was
     *   recorded then shows as failed, and retry sends it again.
     */
    send: async (request: SendRequest): Promise<Study> => {
      if (request.runs.length === 0) throw new DdadError('INVALID_INPUT', 'A study needs a run.')
      const place = placeOf(request.placeId)
      const key = `ddad-${randomUUID().slice(0, 13)}`
      const { folder, script } = preview(request, key)
      const staging = resolve(`cache/${key}`)
      try {
        fs.mkdirSync(staging, { recursive: true })
        writePlan(request, key, staging)
        await upload(place, staging, folder)
      } finally {
        fs.rmSync(staging, { recursive: true, force: true })
      }
      const { name, datasetId, submission } = request
      const studyId = store.transaction(() => {
        const id = store.studies.insert(name, datasetId, Date.now())
        const ids = request.runs.map(
          ({ category, config }) =>
            runs.create({
              datasetId,
              category,
              config,
              evaluate: true,
              studyId: id,
              elsewhere: true,
            }).id,
        )
        store.tasks.insert(
          {
            ...{ studyId: id, placeId: place.id, key, folder, submission, script },
            submittedAt: Date.now(),
          },
          ids,
        )
        return id
      })
      changed()
      try {
        await submit({ place, folder }, '')
      } catch (error) {
        const { message } = describeError(error)
        refuse(studyId, `It was not sent: ${message} Retry sends it again.`)
        throw error
      }
      const study = store.studies.get(studyId)
      if (!study) throw new Error('The study vanished.')
      return study
    },
    retry,
    act,
    /** Ends all that is not over, with its work kept on shared scratch. @throws {DdadError} CONFLICT where nothing is */
    stop: async (id: StudyId): Promise<void> => {
      if (!chosen(id, null).some(isOpen))
        throw new DdadError('CONFLICT', `Study ${id} has no task that waits or runs.`)
      await act(id, 'cancel', null)
    },
    /** Lets held tasks go on, and sends those again that have ended before their time. */
    resume: async (id: StudyId): Promise<void> => {
      const tasks = chosen(id, null)
      const numbers = (those: (task: Task) => boolean) =>
        tasks.filter(those).map(({ number }) => number)
      const [held, over] = [numbers(({ state }) => state === 'paused'), numbers(endedEarly)]
      if (held.length + over.length === 0)
        throw new DdadError(
          'CONFLICT',
          `Study ${id} has no task that is held, failed, was stopped or was cancelled.`,
        )
      if (held.length > 0) await act(id, 'release', held)
      if (over.length > 0) await retry(id, over)
    },
    /** Gives tasks that are not over another limit for an attempt. Sites may let only operators raise it. */
    extend: async (
      id: StudyId,
      numbers: readonly number[] | null,
      minutes: number,
    ): Promise<void> => {
      await tell(id, chosen(id, numbers), `scontrol update JobId="$jobs" TimeLimit=${minutes}`)
      changed()
    },
    /** Changes how many tasks run at a time; 0 for as many as Slurm allows. */
    throttle: async (id: StudyId, limit: number): Promise<void> => {
      const { place, key } = sentOf(id)
      await placeShell(
        place.settings,
        `for job in $(squeue --noheader --name=${key} --format=%F | sort -u); do scontrol update JobId="$job" ArrayTaskThrottle=${limit} || exit 1; done`,
      )
      store.tasks.setLimit(id, limit)
      changed()
    },
  }
}
