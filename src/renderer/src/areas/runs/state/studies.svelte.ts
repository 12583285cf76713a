import type { StudyId } from '../../../../../shared/core/ids.ts'
import type { Study } from '../../../../../shared/runs/study.ts'
import { request } from '../../../api/client.ts'
import { subscribe } from '../../../api/events.ts'
import { formatDate } from '../../../format/time.ts'
import { Remote } from '../../core/state/remote.svelte.ts'

/** Every study with what has become of its jobs. */
export class Studies {
  readonly list = new Remote<readonly Study[]>()

  /** Follows the studies; the returned function ends that. */
  follow(): () => void {
    void this.refresh()
    const endings = (['jobs.changed', 'places.changed'] as const).map((name) =>
      subscribe(name, () => void this.refresh()),
    )
    return () => endings.forEach((end) => end())
  }

  refresh(): Promise<void> {
    return this.list.load(() => request('studies.list', null))
  }

  byId(id: StudyId | null): Study | undefined {
    return id === null ? undefined : this.list.value?.find((study) => study.id === id)
  }

  /** Those at places whose results are not all here. */
  readonly away = $derived(
    (this.list.value ?? []).filter(({ place }) => place && place.tasks.imported < place.tasks.all),
  )

  /** The name of a study, with its date where another one has the same, and its number where both are the same. */
  title({ id, name, createdAt }: Study): string {
    const namesakes = (this.list.value ?? []).filter(
      (other) => other.id !== id && other.name === name,
    )
    if (namesakes.length === 0) return name
    const date = formatDate(createdAt)
    const twin = namesakes.some((other) => formatDate(other.createdAt) === date)
    return twin ? `${name}, ${date} (study ${id})` : `${name}, ${date}`
  }
}
