import type { RunId, StudyId } from '../../../../../shared/core/ids.ts'
import type { ListedTask, Place, SentStudy, Task } from '../../../../../shared/jobs/place.ts'
import { request } from '../../../api/client.ts'
import { subscribe } from '../../../api/events.ts'
import { Remote } from '../../core/state/remote.svelte.ts'

const GATHER_MS = 150

/** Calls back when places or their tasks have changed, whichever process was told of it; once for several changes. */
function onChange(refresh: () => void): () => void {
  let timer: ReturnType<typeof setTimeout> | null = null
  const soon = (): void => {
    timer ??= setTimeout(() => {
      timer = null
      refresh()
    }, GATHER_MS)
  }
  const endings = [
    subscribe('places.changed', soon),
    subscribe('runs.changed', ({ runId }) => runId === null && soon()),
  ]
  refresh()
  return () => {
    if (timer) clearTimeout(timer)
    endings.forEach((end) => end())
  }
}

/** The clusters where studies can run besides this machine. */
export class Places {
  readonly list = new Remote<readonly Place[]>()

  /** Follows them; the returned function ends that. */
  follow(): () => void {
    return onChange(() => void this.list.load(() => request('places.list', null)))
  }
}

/** A study at a place with its tasks. */
export class SentStudyPage {
  readonly study = new Remote<{ readonly sent: SentStudy; readonly tasks: readonly ListedTask[] }>()

  /** Shows a study and follows it; the returned function ends that. */
  open(studyId: StudyId): () => void {
    this.study.clear()
    return onChange(
      () =>
        void this.study.load(async () => {
          const found = await request('sentStudies.get', { studyId })
          if (found) return found
          throw new Error('This study runs on this machine, not at a place.')
        }),
    )
  }
}

/** The task of a run with the end of its log; null for a run of this machine. */
export class TaskOfRun {
  readonly task = new Remote<Task | null>()

  /** Shows a run's task and follows it; the returned function ends that. */
  open(runId: RunId): () => void {
    this.task.clear()
    return onChange(() => void this.task.load(() => request('sentStudies.task', { runId })))
  }
}
