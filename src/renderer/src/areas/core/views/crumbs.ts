import type { Location } from '../state/location.ts'
import type { Studio } from '../state/studio.svelte.ts'
import { views } from './views.ts'

export interface Crumb {
  readonly label: string
  /** Where a click leads; absent for the place itself. */
  readonly location?: Location
}

/** The path to the open place, from the view down. */
export function crumbsOf(studio: Studio): readonly Crumb[] {
  const { current } = studio.navigation
  const view = views.find((entry) => entry.view === current.view)
  const crumbs: Crumb[] = [{ label: view?.label ?? '', location: { view: current.view } }]
  const dataset = 'datasetId' in current ? studio.datasets.byId(current.datasetId) : undefined
  if (dataset) {
    const location = { view: current.view, datasetId: dataset.id } as Location
    crumbs.push({ label: dataset.name, location })
  }
  if ('category' in current && current.category) crumbs.push({ label: current.category })
  const run = 'runId' in current ? studio.runs.byId(current.runId) : undefined
  if (run) crumbs.push({ label: run.name })
  return [...crumbs, ...studio.detail]
}
