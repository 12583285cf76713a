import { createHash } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import type { SentStudy } from '../../src/shared/jobs/place.ts'
import type { TaskStatus } from '../../src/shared/jobs/task-files.ts'

/** Slurm's commands as scripts that note what they were asked, for what has nothing to do with scheduling. */
export function fakeSlurm(folder: string) {
  const at = (name: string) => path.join(folder, name)
  fs.mkdirSync(folder, { recursive: true })
  fs.writeFileSync(at('queue'), '')
  const tool = (name: string, body: string) =>
    fs.writeFileSync(at(name), `#!/bin/sh\necho "${name} $*" >>${at('asked')}\n${body}\n`, {
      mode: 0o755,
    })
  // The job that tries a place out is run at once.
  tool(
    'sbatch',
    `[ -f ${at('refuse')} ] && { cat ${at('refuse')} >&2; exit 1; }
for script; do :; done
grep -q job-name=ddad-test "$script" && SLURM_JOB_ID=40 bash "$script" >&2
echo 41`,
  )
  // Jobs of tasks that are not over, where those are asked for; else every row.
  tool(
    'squeue',
    `open() { awk -F'|' '$4 ~ /PENDING|RUNNING/ { print $2 " 41_" $2 }' ${at('queue')}; }
case "$*" in *'%F_%K'*) open ;; *%F*) echo 41 ;; *--format=%K) cut -d'|' -f2 ${at('queue')} ;; *) cat ${at('queue')} ;; esac`,
  )
  // As the real one: of a task that waits no row is left.
  tool(
    'scancel',
    `for id; do sed -i "/^[^|]*|\${id#*_}|[^|]*|PENDING|/d; s/^\\([^|]*|\${id#*_}|[^|]*\\)|RUNNING|/\\1|CANCELLED|/" ${at('queue')}; done`,
  )
  tool('scontrol', 'if [ "$*" = "show config" ]; then echo "JobRequeue = 1"; fi')
  tool(
    'sinfo',
    `if [ "$*" = --version ]; then echo slurm-wlm 22.05.8; else echo 'main*|2|infinite|gpu:2|64000|32'; fi`,
  )
  return {
    /** A path on which these come first. */
    path: `${folder}:${process.env['PATH'] ?? ''}`,
    setQueue: (rows: readonly string[]) => fs.writeFileSync(at('queue'), `${rows.join('\n')}\n`),
    refuse: (why: string | null) =>
      why === null ? fs.rmSync(at('refuse')) : fs.writeFileSync(at('refuse'), why),
    asked: (): readonly string[] =>
      fs.existsSync(at('asked')) ? fs.readFileSync(at('asked'), 'utf8').trim().split('\n') : [],
  }
}

/** Writes what a task on a node would: its status, and its result where an archive is named. */
export function tellAs(
  { key, folder }: Pick<SentStudy, 'key' | 'folder'>,
  task: number,
  change: Partial<TaskStatus>,
  archive: string | null = null,
): void {
  const file = `${task}.ddadrun`
  const target = path.join(folder, 'results', file)
  if (archive !== null) fs.copyFileSync(archive, target)
  const bytes = archive === null ? null : fs.readFileSync(target)
  const status: TaskStatus = {
    ...{ version: 1, key, task, attempt: 1, slurmJob: 41, node: 'n1', state: 'running' },
    ...{ phase: 'train', trained: [5, 40], done: 5, total: 40, secondsLeft: 60, error: null },
    ...{ loss: [], log: [], at: Date.now() },
    result: bytes && {
      file,
      bytes: bytes.length,
      sha256: createHash('sha256').update(bytes).digest('hex'),
    },
    ...(archive !== null && { state: 'finished' as const }),
    ...change,
  }
  fs.writeFileSync(path.join(folder, 'status', `${task}.json`), `${JSON.stringify(status)}\n`)
}
