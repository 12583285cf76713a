import path from 'node:path'
import { STOPPED_EXIT } from '../../../shared/jobs/task-files.ts'
import { openTaskFolder } from '../../services/jobs/task-folder.ts'
import { Unsuccessful, UsageError, type Command } from '../command.ts'
import { workThrough } from '../follow.ts'

/** What Slurm calls on a node. */
export const taskRun: Command = {
  name: 'task run',
  usage: 'NUMBER --plan FILE --workspace DIR',
  summary: "Works on one task of a study on a cluster's node; the study's script calls it.",
  details:
    'The workspace is made anew on the node from what the shared folder has, and removed at the end.\n' +
    `Exit code 0: its result is there; ${STOPPED_EXIT}: stopped with its work kept; 1: failed, as its status file says.`,
  options: { plan: { type: 'string' } },
  run: async ({ values, output, studio }) => {
    const number = Number(values.positional("The task's number"))
    if (!Number.isInteger(number) || number < 0) throw new UsageError('The number is a whole one.')
    const workspace = path.resolve(values.required('workspace'))
    const folder = openTaskFolder(
      path.resolve(values.required('plan')),
      number,
      workspace,
      process.env,
    )
    // After the workspace is closed.
    process.once('exit', folder.discardLocal)
    const { nodeTask } = studio()
    const { state, error } = await nodeTask.run(folder, (jobs) =>
      workThrough(studio(), jobs, output),
    )
    output.result(
      { task: number, state, error },
      `Task ${number}: ${state}${error ? `. ${error}` : ''}`,
    )
    if (state !== 'finished') throw new Unsuccessful(state === 'stopped' ? STOPPED_EXIT : 1)
  },
}
