import { metricNames, type MetricName } from '../../../../../shared/evaluation/evaluation.ts'
import type {
  DatasetId,
  EvaluationId,
  ImageId,
  RunId,
  StudyId,
} from '../../../../../shared/core/ids.ts'
import { imageSorts } from '../../../../../shared/datasets/image-sorts.ts'
import type { ImageQuery, ImageView } from '../../../../../shared/ipc/routes/images.ts'

export const compareTabs = ['grid', 'curves', 'flips', 'images', 'settings', 'sweeps'] as const
export type CompareTab = (typeof compareTabs)[number]

export const evaluationTabs = ['results', 'threshold', 'failures', 'distances', 'flips'] as const
export type EvaluationTab = (typeof evaluationTabs)[number]

/** Runs side by side. */
export interface ComparePlace {
  readonly view: 'compare'
  readonly runIds?: readonly RunId[]
  readonly tab?: CompareTab
  readonly imageId?: ImageId
}

export const startStepTabs = ['image', 'category', 'settings', 'choose'] as const

/** A place in the window; everything that is needed to come back to it after a restart. */
export type Location =
  | {
      readonly view: 'datasets'
      readonly datasetId?: DatasetId
      readonly category?: string
      /** How the images are looked at; without a category, all of the data set. */
      readonly list?: ImageView
      /** The image that the keyboard is on. */
      readonly imageId?: ImageId
    }
  | {
      readonly view: 'train'
      readonly datasetId?: DatasetId
      readonly category?: string
      /** Takes the settings of this run. */
      readonly runId?: RunId
    }
  /** `studyId`: a study at a place. */
  | { readonly view: 'runs'; readonly runId?: RunId; readonly studyId?: StudyId }
  | {
      readonly view: 'evaluate'
      readonly datasetId?: DatasetId
      readonly evaluationId?: EvaluationId
      readonly tab?: EvaluationTab
      /** Shows only the results of this type. */
      readonly defectType?: string
      /** Shows the images behind this figure, of the defect type or of all. */
      readonly figure?: MetricName
    }
  | ComparePlace
  | {
      readonly view: 'start-step'
      readonly runId?: RunId
      readonly imageId?: ImageId
      readonly tab?: (typeof startStepTabs)[number]
    }
  | {
      readonly view: 'review'
      readonly imageId?: ImageId
      readonly evaluationId?: EvaluationId
      /** The mask is being edited. */
      readonly editing?: boolean
      /** What next and previous walk through; without it the results, or the images beside it. */
      readonly queue?: ImageQuery
    }
  | { readonly view: 'settings' }

export type ViewName = Location['view']

const views: readonly string[] = [
  'datasets',
  'train',
  'runs',
  'evaluate',
  'compare',
  'review',
  'start-step',
  'settings',
] satisfies ViewName[]
const ids = ['datasetId', 'runId', 'studyId', 'evaluationId', 'imageId'] as const

/** `#/runs?runId=3` for a place. */
export function formatLocation(location: Location): string {
  const { view, ...rest } = location
  const query = new URLSearchParams()
  for (const [key, value] of Object.entries(rest)) {
    if (value === undefined) continue
    const structured = typeof value === 'object' && !Array.isArray(value)
    query.set(key, structured ? JSON.stringify(value) : String(value))
  }
  const text = query.toString()
  return `#/${view}${text ? `?${text}` : ''}`
}

/** The place a hash names; anything that is not one leads to the data sets. */
export function parseLocation(hash: string): Location {
  const [view = '', query = ''] = hash.replace(/^#\/?/, '').split('?', 2)
  if (!views.includes(view)) return { view: 'datasets' }
  const parameters = new URLSearchParams(query)
  const location: Record<string, unknown> = { view }
  for (const key of ids) {
    const id = Number(parameters.get(key))
    if (Number.isSafeInteger(id) && id > 0) location[key] = id
  }
  const runIds = (parameters.get('runIds') ?? '').split(',').map(Number)
  const valid = runIds.filter((id) => Number.isSafeInteger(id) && id > 0)
  if (valid.length > 0) location['runIds'] = valid
  const tabs = [...compareTabs, ...startStepTabs, ...evaluationTabs]
  const tab = tabs.find((name) => name === parameters.get('tab'))
  if (tab) location['tab'] = tab
  const category = parameters.get('category')
  if (category) location['category'] = category
  if (view === 'review' && parameters.get('editing') === 'true') location['editing'] = true
  const defectType = parameters.get('defectType')
  if (defectType) location['defectType'] = defectType
  const figure = metricNames.find((name) => name === parameters.get('figure'))
  if (figure) location['figure'] = figure
  for (const key of ['list', 'queue']) {
    const value = asJson(parameters.get(key))
    if (isView(value)) location[key] = value
  }
  return location as Location
}

/** Whether it looks like a view or query of images; main takes a closer look when it is asked for. */
function isView(value: unknown): boolean {
  const { filter, sort } = (value ?? {}) as Partial<ImageView>
  return typeof filter === 'object' && imageSorts.some((known) => known === sort)
}

function asJson(text: string | null): unknown {
  try {
    return JSON.parse(text ?? 'null')
  } catch {
    return null
  }
}
