import type { Run } from '../../../../../../shared/runs/run.ts'
import type { RouteInput } from '../../../../../../shared/ipc/routes/index.ts'
import { request } from '../../../../api/client.ts'
import { plural } from '../../../../format/numbers.ts'
import type { Studio } from '../../../core/state/studio.svelte.ts'

type Annotation = Omit<RouteInput<'runs.annotate'>, 'runId'>

/** What can be done with one or several runs. */
export interface RunActions {
  annotate(runs: readonly Run[], annotation: Annotation): Promise<void>
  /** Gives a run another name and offers to undo it. */
  rename(run: Run, name: string): Promise<void>
  /** Moves runs to the trash and offers to undo it. */
  trash(runs: readonly Run[]): Promise<boolean>
}

export function runActions(
  { runs: list, toasts }: Studio,
  done: () => void = () => {},
): RunActions {
  async function annotate(runs: readonly Run[], annotation: Annotation): Promise<boolean> {
    const done = await toasts.attempt(async () => {
      for (const { id } of runs) await request('runs.annotate', { runId: id, ...annotation })
    })
    await list.refresh()
    return done
  }
  return {
    annotate: async (runs, annotation) => void (await annotate(runs, annotation)),
    rename: async (run, name) => {
      if (name === run.name || !(await annotate([run], { name }))) return
      const undo = { label: 'Undo', run: () => void annotate([run], { name: run.name }) }
      toasts.show(`Renamed to ${name}.`, 'good', undo)
    },
    trash: async (runs) => {
      const moved = await toasts.attempt(async () => {
        for (const { id } of runs) await request('runs.trash', { runId: id })
      })
      await list.refresh()
      done()
      if (!moved) return false
      const names = runs.length === 1 ? runs[0]?.name : plural(runs.length, 'run')
      const undo = async (): Promise<void> => {
        await toasts.attempt(async () => {
          for (const { id } of runs) await request('runs.restore', { runId: id })
        })
        await list.refresh()
      }
      const action = { label: 'Undo', run: () => void undo() }
      toasts.show(`Moved ${names} to the trash.`, 'info', action)
      return true
    },
  }
}
