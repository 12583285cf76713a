import { spawnSync } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { batchScript } from '../../../../src/shared/jobs/batch-script.ts'
import {
  defaultSubmission,
  pathThere,
  type PlaceSettings,
} from '../../../../src/shared/jobs/place.ts'
import { submissionProblem } from '../../../../src/shared/jobs/place-rules.ts'
import { placeSettingsSchema, submissionSchema } from '../../../../src/shared/jobs/place-schemas.ts'

function script(command: string, folder: string, requeues = 3): string {
  const settings: PlaceSettings = {
    host: '',
    command,
    scratch: folder,
    local: folder,
    prelude: '',
    paths: [],
    submission: defaultSubmission,
  }
  const sent = { key: 'ddad-test', folder, tasks: 4 }
  return batchScript(settings, { ...defaultSubmission, requeues, limit: 2 }, sent)
}

/** Runs the script with a `ddad`, an `squeue` and an `scontrol` that say what they were asked. */
function runScript(body: string, options: { state?: string; restarts?: number; term?: boolean }) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'ddad-script-'))
  onTestFinished(() => fs.rmSync(folder, { recursive: true, force: true }))
  const tool = (name: string, text: string) =>
    fs.writeFileSync(path.join(folder, name), `#!/bin/bash\n${text}\n`, { mode: 0o755 })
  tool('ddad', body)
  tool('squeue', `echo ${options.state ?? 'RUNNING'}`)
  tool('scontrol', `echo "$@" >>${folder}/scontrol.log`)
  const file = path.join(folder, 'script.sh')
  fs.writeFileSync(file, script(`${folder}/ddad`, folder))
  const command = options.term
    ? `bash ${file} & p=$!; for i in $(seq 100); do [ -f ${folder}/up ] && break; sleep 0.05; done; kill -TERM $p; wait $p`
    : `bash ${file}`
  const { status } = spawnSync('bash', ['-c', command], {
    env: {
      ...process.env,
      PATH: `${folder}:${process.env['PATH'] ?? ''}`,
      SLURM_ARRAY_TASK_ID: '2',
      SLURM_JOB_ID: '77',
      SLURM_RESTART_COUNT: String(options.restarts ?? 0),
      UP: `${folder}/up`,
    },
  })
  const log = path.join(folder, 'scontrol.log')
  return { status, asked: fs.existsSync(log) ? fs.readFileSync(log, 'utf8').trim() : '' }
}

it.skipIf(process.platform === 'win32')(
  'sends a task back that was stopped or killed, and no other',
  () => {
    expect(runScript('exit 75', {})).toEqual({ status: 75, asked: 'requeue 77' })
    expect(runScript('kill -KILL $$', {})).toEqual({ status: 137, asked: 'requeue 77' })
    expect(runScript('exit 0', {}).asked).toBe('')
    expect(runScript('exit 1', {}).asked).toBe('')
    // Cancelled by a person: Slurm no longer calls it running.
    expect(runScript('exit 75', { state: 'COMPLETING' }).asked).toBe('')
    expect(runScript('exit 75', { restarts: 3 }).asked).toBe('')
  },
)

it.skipIf(process.platform === 'win32')(
  'hands a signal on and waits for the work to be saved',
  () => {
    const saving = `trap 'sleep 0.3; exit 75' TERM; touch "$UP"; while :; do sleep 0.05; done`
    expect(runScript(saving, { term: true })).toEqual({ status: 75, asked: 'requeue 77' })
  },
)

it('asks Slurm for what is set and for nothing else', () => {
  const text = script('ddad', '/scratch')
  expect(text).toContain('#SBATCH --array=0-3%2\n')
  expect(text).toContain('#SBATCH --requeue\n')
  expect(text).toContain('#SBATCH --signal=B:TERM@120\n')
  expect(text).toContain('#SBATCH --open-mode=append\n')
  expect(text).not.toMatch(/--(?:partition|account|gres|time|mem|cpus-per-task)/)
})

it('is told of in a form exactly where it would be refused', () => {
  for (const change of [
    ...['gpu', 'a b', 'x'.repeat(201), ''].map((partition) => ({ partition })),
    ...[0, 1.5, -1, 10_000_001].map((minutes) => ({ minutes })),
    ...['#SBATCH --x', 'SBATCH', '#SBATCH --x\nrm'].map((line) => ({ lines: [line] })),
  ]) {
    const submission = { ...defaultSubmission, ...change }
    const refused = !submissionSchema.safeParse(submission).success
    expect(submissionProblem(submission) !== null, JSON.stringify(change)).toBe(refused)
  }
})

it('takes no field that would be another line or another command', () => {
  for (const partition of ['a b', 'a\n#SBATCH --x', '$(id)', '`id`'])
    expect(submissionSchema.safeParse({ ...defaultSubmission, partition }).success).toBe(false)
  for (const line of ['rm -rf /', '#SBATCH --x\nrm', 'SBATCH'])
    expect(submissionSchema.safeParse({ ...defaultSubmission, lines: [line] }).success).toBe(false)
  const settings = {
    ...{ host: '', command: 'ddad', scratch: '/s', local: '/l', prelude: '' },
    ...{ paths: [], submission: defaultSubmission },
  }
  expect(placeSettingsSchema.safeParse(settings).success).toBe(true)
  for (const change of [{ host: '-oProxyCommand=id' }, { scratch: "/a'b" }, { scratch: 'rel' }])
    expect(placeSettingsSchema.safeParse({ ...settings, ...change }).success).toBe(false)
})

it('finds a folder on the nodes by the longest rule', () => {
  const paths = [
    { here: '/data', there: '/mnt/data/' },
    { here: '/data/mvtec', there: '/fast/mvtec.tar' },
  ]
  expect(pathThere({ paths }, '/data/visa')).toBe('/mnt/data/visa')
  expect(pathThere({ paths }, '/data/mvtec')).toBe('/fast/mvtec.tar')
  expect(pathThere({ paths }, '/database')).toBe('/database')
})
