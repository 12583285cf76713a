/** The script that Slurm runs for each task of a study. */
import type { PlaceSettings, Submission } from './place.ts'
import { STOPPED_EXIT } from './task-files.ts'

/** A word that a shell takes as it is. */
export const quoted = (word: string): string => `'${word.replaceAll("'", `'\\''`)}'`

/** Before the time limit a task hears of it so many seconds ahead, to save its work. */
const WARNING_SECONDS = 120

interface Sent {
  readonly key: string
  /** On shared scratch. */
  readonly folder: string
  readonly tasks: number
}

/** The array's numbers, with how many may run at a time. */
const range = (tasks: number, limit: number) =>
  `0-${Math.max(0, tasks - 1)}${limit > 0 ? `%${limit}` : ''}`

/**
 * One array for a study, one task for each category × preset × seed. A task that is told to end saves its work;
 * where Slurm has not cancelled it, it goes back into the queue and goes on from there on any node.
 */
export function batchScript(
  { command, local, prelude }: PlaceSettings,
  submission: Submission,
  { key, folder, tasks }: Sent,
): string {
  const { partition, account, gres, minutes, memory, cpus, limit, requeues, lines } = submission
  const options = [
    `--job-name=${key}`,
    `--array=${range(tasks, limit)}`,
    '--requeue',
    '--open-mode=append',
    `--signal=B:TERM@${WARNING_SECONDS}`,
    `--output=${folder}/logs/%a.log`,
    '--ntasks=1',
    ...(partition ? [`--partition=${partition}`] : []),
    ...(account ? [`--account=${account}`] : []),
    ...(gres ? [`--gres=${gres}`] : []),
    ...(minutes > 0 ? [`--time=${minutes}`] : []),
    ...(memory > 0 ? [`--mem=${memory}M`] : []),
    ...(cpus > 0 ? [`--cpus-per-task=${cpus}`] : []),
  ]
  return [
    '#!/bin/bash',
    ...options.map((option) => `#SBATCH ${option}`),
    ...lines,
    '',
    ...(prelude.trim() === '' ? [] : [prelude.trimEnd(), '']),
    `study=${quoted(folder)}`,
    `work="${local}/${key}-$SLURM_ARRAY_TASK_ID"`,
    '# A signal ends the wait, not the task, which still saves its work: wait again.',
    `trap 'told=1; [ -n "$child" ] && kill -TERM "$child" 2>/dev/null' TERM`,
    `${command} task run "$SLURM_ARRAY_TASK_ID" --plan "$study/plan.json" --workspace "$work" &`,
    'child=$!',
    'wait "$child"; code=$?',
    'while [ -n "$told" ]; do told=; wait "$child"; again=$?; [ "$again" -eq 127 ] || code=$again; done',
    '# Stopped with its work kept, or killed: it goes on later, unless Slurm has ended it or it was often enough.',
    `if [ "$code" -eq ${STOPPED_EXIT} ] || [ "$code" -gt 128 ]; then`,
    '  state=$(squeue --noheader --jobs="$SLURM_JOB_ID" --format=%T 2>/dev/null)',
    `  if [ "$state" = RUNNING ] && [ "\${SLURM_RESTART_COUNT:-0}" -lt ${requeues} ]; then`,
    '    scontrol requeue "$SLURM_JOB_ID"',
    '  fi',
    'fi',
    'exit "$code"',
    '',
  ].join('\n')
}
