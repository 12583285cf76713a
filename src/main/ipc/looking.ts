import type { RouteName } from '../../shared/ipc/routes/index.ts'

/**
 * Requests that change nothing on record. They are answered from a workspace that may only be looked at, and while the
 * database takes no changes; all others wait or are refused then. Strokes of the mask editor go into files of their own.
 */
export const looking: ReadonlySet<RouteName> = new Set<RouteName>([
  ...(['app.health', 'app.restartWorkers', 'app.info', 'app.saveCopy'] as const),
  ...(['datasets.list', 'datasets.import', 'datasets.importReport'] as const),
  ...(['datasets.inspect', 'datasets.endInspect'] as const),
  ...(['files.look', 'files.cancel', 'files.report', 'files.newCount'] as const),
  ...(['files.changedSince', 'images.list', 'images.ids', 'images.place', 'images.get'] as const),
  ...(['images.counts', 'filters.list', 'reviews.current', 'reviews.counts'] as const),
  ...(['runs.list', 'runs.packed', 'runs.get', 'runs.metrics', 'runs.checkpoints'] as const),
  ...(['runs.trashed', 'runs.record', 'runs.previous', 'runs.log', 'runs.curves'] as const),
  ...(['runs.sparklines', 'jobs.list', 'studies.list', 'preferences.get'] as const),
  ...(['places.list', 'sentStudies.preview', 'sentStudies.get'] as const),
  ...([
    'evaluations.list',
    'evaluations.ofCategory',
    'evaluations.latest',
    'evaluations.get',
    'evaluations.results',
  ] as const),
  ...(['evaluations.envelopes', 'evaluations.figures', 'evaluations.distances'] as const),
  ...(['evaluations.pixelCurve', 'evaluations.pixelCosts', 'operatingPoints.list'] as const),
  ...(['compare.grid', 'compare.curves', 'compare.curveNames', 'reproduction.plan'] as const),
  ...(['exchange.saveTable', 'exchange.exportMaps', 'exchange.saveReport'] as const),
  ...(['exchange.exportMlruns', 'exchange.exportRun', 'exchange.cancel'] as const),
  ...(['masks.open', 'masks.journal', 'masks.unsaved', 'masks.impact'] as const),
  ...(['masks.changedSince', 'masks.export'] as const),
  ...(['nearest.status', 'nearest.find', 'nearest.stop', 'preview.start'] as const),
  ...(['preview.stop', 'sweeps.newest', 'sweeps.plan', 'sweeps.report', 'sweeps.regions'] as const),
  'mapCache.show',
])
