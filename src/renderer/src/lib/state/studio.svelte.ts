import { createContext } from 'svelte'
import { request } from '../api/client.ts'
import { subscribe } from '../api/events.ts'
import { Commands } from '../commands/commands.svelte.ts'
import { AppState } from './app.svelte.ts'
import { Datasets } from './datasets.svelte.ts'
import { Exports } from './exports.svelte.ts'
import { DatasetImport } from './import.svelte.ts'
import { Jobs } from './jobs.svelte.ts'
import type { Location } from './location.ts'
import { Navigation } from './navigation.svelte.ts'
import { Reviewing } from './reviewing.svelte.ts'
import { Runs } from './runs.svelte.ts'
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
  readonly datasetImport = new DatasetImport(
    (dataset) => {
      void this.datasets.refresh()
      this.toasts.show(`Added ${dataset.name}.`, 'good')
      this.navigation.go({ view: 'datasets', datasetId: dataset.id })
    },
    (datasetId) => {
      void this.datasets.refresh()
      this.toasts.show('The data set is at that folder now. Nothing of it was lost.', 'good')
      this.navigation.go({ view: 'datasets', datasetId })
    },
  )
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
