import type { AppInfo } from '../../../../../shared/ipc/routes/app.ts'
import { request } from '../../../api/client.ts'
import { subscribe } from '../../../api/events.ts'
import { Remote } from './remote.svelte.ts'

/** Versions, device and workspace, as main reports them. */
export class AppState {
  readonly info = new Remote<AppInfo>()

  constructor() {
    void this.refresh()
    subscribe('engine.changed', () => void this.refresh())
  }

  refresh(): Promise<void> {
    return this.info.load(() => request('app.info', null))
  }
}
