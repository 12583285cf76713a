import { createContext } from 'svelte'
import { request } from '../../../api/client.ts'
import { subscribe } from '../../../api/events.ts'
import { Commands } from '../../../commands/commands.svelte.ts'
import type { DatasetId } from '../../../../../shared/core/ids.ts'
import { MATCHING } from '../../../../../shared/runs/study.ts'
import { RunDraft } from '../../runs/state/run-draft.svelte.ts'
import { ContextMenu } from './context-menu.svelte.ts'
import { AppState } from './app.svelte.ts'
import { Datasets } from '../../datasets/state/datasets.svelte.ts'
import { Exports } from '../../exchange/state/exports.svelte.ts'
import { DatasetImport } from '../../datasets/state/import.svelte.ts'
import { Jobs } from '../../jobs/state/jobs.svelte.ts'
import type { Location } from './location.ts'
import { Navigation } from './navigation.svelte.ts'
import { Reviewing } from '../../maps/state/reviewing.svelte.ts'
import { Runs } from '../../runs/state/runs.svelte.ts'
import { Settings } from './settings.svelte.ts'
import { Toasts } from './toasts.svelte.ts'

/** Everything the views share; made once by the root component and handed down as context. */
export class Studio {
  readonly app = new AppState()
  readonly datasets = new Datasets()
  readonly runs = new Runs()
  readonly jobs = new Jobs()
  readonly settings = new Settings()
  readonly navigation = new Navigation()
  readonly toasts = new Toasts()
  readonly exports = new Exports()
  readonly reviewing = new Reviewing(this.toasts)
  readonly commands = new Commands()
  readonly contextMenu = new ContextMenu()
  /** The data set that runs are prepared for; undefined takes the first. */
  trainingOn = $state<DatasetId>()
  /** Runs in preparation, kept while other views are looked at. */
  readonly runDraft = new RunDraft(
    () => this.datasets.byId(this.trainingOn) ?? this.datasets.list.value?.[0],
    // Without a GPU published settings take days, and a memory bank minutes.
    () => (this.app.info.value?.engine?.gpu === false ? 'patchcore' : MATCHING),
  )
  readonly datasetImport = new DatasetImport({
    onAdded: (datasetId, name, watched) => {
      void this.datasets.refresh()
      const show = () => this.navigation.go({ view: 'datasets', datasetId })
      const remove = () => request('datasets.remove', { datasetId, emptyTrash: false })
      const undo = { label: 'Undo', run: () => void this.toasts.attempt(remove) }
      this.toasts.show(`Added ${name}.`, 'good', watched ? undo : { label: 'Show', run: show })
      if (watched) show()
    },
    onLeft: ({ title }) =>
      this.toasts.show(`${title} goes on in the queue.`, 'info', {
        label: 'Queue',
        run: () => this.navigation.go({ view: 'runs' }),
      }),
    onRelinked: (datasetId) => {
      void this.datasets.refresh()
      this.toasts.show('The data set is at that folder now. Nothing of it was lost.', 'good')
      this.navigation.go({ view: 'datasets', datasetId })
    },
  })
  /** What the open view adds to the breadcrumb, such as the image under review. */
  detail = $state.raw<readonly { readonly label: string; readonly location?: Location }[]>([])
  demoStarting = $state(false)

  constructor() {
    subscribe('run.shown', ({ runId }) => this.navigation.go({ view: 'runs', runId }))
    subscribe('engine.log', ({ level, text }) => {
      if (level === 'warning') this.toasts.show(text, 'danger')
    })
  }

  async startDemo(): Promise<void> {
    this.demoStarting = true
    const started = await this.toasts.attempt(() => request('app.startDemo', null))
    this.demoStarting = false
    if (!started) return
    await Promise.all([this.datasets.refresh(), this.runs.refresh(), this.jobs.refresh()])
    this.navigation.go({ view: 'runs' })
  }
}

export const [getStudio, setStudio] = createContext<Studio>()
