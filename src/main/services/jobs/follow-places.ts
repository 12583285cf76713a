/** Asks places how their tasks are, in one request each, and brings results into the workspace, each of them once. */
import { createHash, randomUUID } from 'node:crypto'
import fs from 'node:fs'
import { stat } from 'node:fs/promises'
import { quoted } from '../../../shared/jobs/batch-script.ts'
import type { Place, SentStudy, Task } from '../../../shared/jobs/place.ts'
import {
  judge,
  QUEUE_FORMAT,
  queueText,
  readQueue,
  taskName,
  type QueueRow,
} from '../../../shared/jobs/slurm.ts'
import { readStatuses, type TaskStatus } from '../../../shared/jobs/task-files.ts'
import type { RunId, StudyId } from '../../../shared/core/ids.ts'
import type { MetricPoint } from '../../../shared/runs/run.ts'
import { DdadError, describeError } from '../../../shared/errors.ts'
import type { RunImport } from '../exchange/run-import.ts'
import { inParallel } from '../../files/in-parallel.ts'
import type { Facts } from '../core/facts.ts'
import type { Workspace } from '../core/workspace.ts'
import { placeShell } from './place-shell.ts'

const POLL_MS = 10_000
/** Status files that were written so long before the last look are read again: clocks of nodes differ. */
const OVERLAP_SECONDS = 120
const LOG_LINES = 40
const ended = new Set(['failed', 'stopped', 'cancelled'])

/** What a look at the places has brought. */
export interface Followed {
  readonly requests: number
  readonly imported: number
  /** Tasks of which something is missing that may still come; the next look tells. */
  readonly unsure: number
  /** What could not be done, by place or run; it is tried again at the next look. */
  readonly problems: readonly string[]
}

export function createFollowPlaces(workspace: Workspace, runImport: RunImport, facts: Facts) {
  const { store, resolve } = workspace
  /** Newest status of each task; the nodes' files are read again only when they change. */
  const statuses = new Map<string, TaskStatus>()
  /** By study: when its place was last asked, by the clock there in seconds. */
  const asked = new Map<StudyId, number>()
  /** Verdicts that rest on something missing, which hold when the next look finds the same. */
  const suspected = new Map<string, string>()
  let timer: NodeJS.Timeout | null = null
  let looking: Promise<Followed> | null = null

  /** One request: the time there, Slurm's queue, and the status files that changed since. */
  async function ask(place: Place, studies: readonly SentStudy[]) {
    const names = studies.map(({ key }) => key).join(',')
    const answer = await placeShell(
      place.settings,
      [
        'date +%s',
        `squeue --noheader --array --states=all --name=${names} --format='${QUEUE_FORMAT}' || exit 1`,
        'echo --- status',
        ...studies.map(({ studyId, folder, key }) => {
          const since = asked.get(studyId)
          const newer = since === undefined ? '' : `-newermt @${since - OVERLAP_SECONDS}`
          const status = quoted(`${folder}/status`)
          return `if [ -d ${status} ]; then find ${status} -name '*.json' ${newer} -exec cat {} +; else echo '--- missing ${key}'; fi`
        }),
      ].join('\n'),
    )
    const lines = answer.split('\n').filter(Boolean)
    const at = lines.indexOf('--- status')
    if (at < 1) throw new DdadError('CONFLICT', `${place.name} gave only half an answer.`)
    const told = lines.slice(at + 1)
    const absent = told
      .filter((line) => line.startsWith('--- missing '))
      .map((line) => line.slice(12))
    const read = readStatuses(told.filter((line) => !line.startsWith('--- ')))
    for (const status of read.statuses) note(status)
    // What could not be read now is read again.
    if (read.unreadable === 0)
      for (const { studyId, key } of studies)
        if (!absent.includes(key)) asked.set(studyId, Number(lines[0]))
    return { queue: readQueue(lines.slice(1, at)), unreadable: read.unreadable, absent }
  }

  function note(status: TaskStatus): void {
    const name = taskName(status.key, status.task)
    const before = statuses.get(name)
    if (!before || before.attempt < status.attempt || before.at <= status.at)
      statuses.set(name, status)
  }

  /** What is known of a task now; null when it stays as it was. */
  function newsOf(task: Task, row: QueueRow | undefined, status: TaskStatus | undefined) {
    const name = `${task.studyId}/${task.number}`
    const verdict = judge(row, status)
    // Slurm forgets what is over; why it ended stays on record.
    if (!row && verdict.state !== 'finished' && ended.has(task.state)) return null
    const doubtful = verdict.unsure && verdict.error !== task.error
    if (doubtful && suspected.get(name) !== verdict.error) {
      suspected.set(name, verdict.error ?? '')
      return null
    }
    suspected.delete(name)
    const news = {
      state: verdict.state,
      error: verdict.error,
      queue: row ? queueText(row) : null,
      node: row?.node || status?.node || task.node,
      slurmJob: row?.slurmJob ?? status?.slurmJob ?? task.slurmJob,
      phase: status?.phase ?? task.phase,
      steps: status?.trained?.[0] ?? task.steps,
      totalSteps: status?.trained?.[1] ?? task.totalSteps,
      done: status?.done ?? task.done,
      total: status?.total ?? task.total,
      secondsLeft: verdict.state === 'running' ? (status?.secondsLeft ?? null) : null,
      attempt: status?.attempt ?? task.attempt,
      log: status ? status.log.slice(-LOG_LINES).join('\n') : task.log,
      toldAt: status?.at ?? task.toldAt,
    }
    const keys = Object.keys(news) as (keyof typeof news)[]
    return keys.every((key) => news[key] === task[key]) ? null : news
  }

  /** Records what was heard of a study's tasks. */
  function record({ studyId, key }: SentStudy, queue: ReadonlyMap<string, QueueRow>): void {
    let changed = false
    const learned: { readonly runId: RunId; readonly points: readonly MetricPoint[] }[] = []
    store.transaction(() => {
      for (const task of store.tasks.ofStudy(studyId)) {
        if (task.importedAt !== null) continue
        const name = taskName(key, task.number)
        const status = statuses.get(name)
        const news = newsOf(task, queue.get(name), status)
        if (!news) continue
        store.tasks.tell(task.runId, news)
        // A curve comes whole with each status; only its new end is recorded.
        const points = (status?.loss ?? [])
          .filter(([step]) => step > task.steps)
          .map(([step, loss]) => ({ step, name: 'loss', value: loss ?? NaN }))
        if (points.length > 0) {
          store.metricPoints.put(task.runId, points)
          learned.push({ runId: task.runId, points })
        }
        changed = true
      }
    })
    if (changed) tellChanged()
    for (const curve of learned) facts.tell('run.metrics', curve)
  }

  const tellChanged = (): void => {
    facts.tell('places.changed', null)
    facts.tell('runs.changed', { runId: null })
  }

  /** The archive on this machine: where it lies already, or fetched into the workspace's cache. */
  async function fetched<Result>(
    { place, folder }: SentStudy,
    { file, bytes, sha256 }: NonNullable<TaskStatus['result']>,
    use: (file: string) => Promise<Result>,
  ): Promise<Result> {
    const there = `${folder}/results/${file}`
    const copy = place.settings.host ? resolve(`cache/result-${randomUUID()}.ddadrun`) : null
    try {
      if (copy) {
        const timeout = 6 * 3_600_000
        await placeShell(place.settings, `cat ${quoted(there)}`, { into: copy, timeout })
      }
      const here = copy ?? there
      const { size } = await stat(here)
      const hash = createHash('sha256')
      for await (const chunk of fs.createReadStream(here)) hash.update(chunk as Buffer)
      if (size !== bytes || hash.digest('hex') !== sha256) {
        throw new DdadError(
          'BAD_FILE',
          `${there} is not what its task wrote: ${size} of ${bytes} bytes, or another hash. It is looked at again.`,
        )
      }
      return await use(here)
    } finally {
      if (copy) fs.rmSync(copy, { force: true })
    }
  }

  async function importResults(study: SentStudy, problems: string[]): Promise<number> {
    const results = store.tasks.ofStudy(study.studyId).flatMap((task) => {
      const result = statuses.get(taskName(study.key, task.number))?.result
      return task.state === 'finished' && task.importedAt === null && result
        ? { ...task, result }
        : []
    })
    let count = 0
    // Most of the time of a small result goes by while the disk is waited for.
    await inParallel(results, {}, '', async ({ runId, result }) => {
      try {
        await fetched(study, result, (file) =>
          runImport.read(file, {
            runId,
            claim: () => store.tasks.setImported(runId, result.sha256, Date.now()),
          }),
        )
        count += 1
      } catch (error) {
        // Another process may have been quicker: then it is there, once.
        if (store.tasks.ofRun(runId)?.importedAt) return
        const name = store.runs.get(runId)?.name ?? `run ${runId}`
        problems.push(`${name}: ${describeError(error).message}`)
      }
    })
    return count
  }

  async function lookOnce(only: StudyId | null): Promise<Followed> {
    const one = only === null ? null : store.tasks.sent(only)
    const studies = only === null ? store.tasks.open() : one ? [one] : []
    const byPlace = Map.groupBy(studies, ({ place }) => place.id)
    const problems: string[] = []
    let imported = 0
    for (const own of byPlace.values()) {
      const { place } = own[0]!
      let there: readonly SentStudy[] = []
      try {
        const { queue, unreadable, absent } = await ask(place, own)
        there = own.filter(({ key }) => !absent.includes(key))
        for (const { folder } of own.filter(({ key }) => absent.includes(key)))
          problems.push(
            `${place.name}: ${folder} is not there now; its tasks are left as they were.`,
          )
        if (unreadable > 0)
          problems.push(
            `${place.name}: ${unreadable} status files could not be read; they are read again.`,
          )
        for (const study of there) record(study, queue)
      } catch (error) {
        problems.push(`${place.name}: ${describeError(error).message}`)
        continue
      }
      for (const study of there) imported += await importResults(study, problems)
    }
    if (imported > 0) tellChanged()
    return { requests: byPlace.size, imported, unsure: suspected.size, problems }
  }

  /** Looks once at every place with open tasks; asked while it looks, the same look answers. */
  function look(only: StudyId | null = null): Promise<Followed> {
    looking ??= lookOnce(only).finally(() => (looking = null))
    return looking
  }

  return {
    look,
    /** Looks every ten seconds while tasks are open; the last problems are told as a log line. */
    start: (): void => {
      let told = ''
      const beat = async (): Promise<void> => {
        const { problems } = await look().catch((error: unknown) => ({
          problems: [describeError(error).message],
        }))
        const text = problems.join('\n')
        if (text !== told && text !== '') facts.tell('engine.log', { level: 'warning', text })
        told = text
      }
      timer ??= setInterval(() => void beat(), POLL_MS)
      void beat()
    },
    close: async (): Promise<void> => {
      if (timer) clearInterval(timer)
      timer = null
      await looking?.catch(() => {})
    },
  }
}
