/**
 * The one store of maps. Whoever needs maps says which; those that are there come back, the others are computed once
 * and kept. A map is named by all that it depends on: weights, features, settings, blur, batch and the image's content.
 */
import fs from 'node:fs'
import path from 'node:path'
import type {
  EvaluationSettings,
  ReconstructionSettings,
} from '../../../shared/config/run-config.ts'
import { passesOf } from '../../../shared/diffusion/passes.ts'
import type { ImageEntry } from '../../../shared/datasets/dataset.ts'
import type { SampleRange } from '../../../shared/datasets/sample-range.ts'
import type { Run } from '../../../shared/runs/run.ts'
import type {
  EngineContract,
  EngineEvent,
  MapImage,
  MapTask,
} from '../../../shared/processes/engine.ts'
import type { Call } from '../../processes/client.ts'
import type { Supervisor } from '../../processes/supervisor.ts'
import type { MapKey, StoredMap } from '../../db/repos/maps.ts'
import type { Files } from '../datasets/files.ts'
import { sourceOf, type RunWeights } from '../runs/run-weights.ts'
import type { Workspace } from '../core/workspace.ts'

/** Images under one setting. */
export interface MapsAt {
  readonly weights: RunWeights
  readonly settings: ReconstructionSettings
  readonly images: readonly MapImage[]
  /** Whether the largest values before the blur are needed, which maps of earlier versions lack. */
  readonly maxima?: boolean
  readonly pictures?: boolean
}

/** What is asked for with the images whose maps are not there. */
export interface PlannedMaps extends MapsAt {
  readonly missing: readonly MapImage[]
}

/** Distances of images to a bank of nominal ones by the features of some weights. */
export interface DistancesWanted {
  readonly weights: RunWeights
  readonly bank: readonly MapImage[]
  readonly name: string
  readonly images: readonly MapImage[]
  readonly neighbours: number
}

/** The image as it is. */
export const plainImage = (files: Files, { id, sha256 }: ImageEntry): MapImage => ({
  key: sha256,
  file: files.original(id),
  paint: null,
})

/** What maps depend on besides weights, settings and image. */
export interface MapsBasis {
  /** Of the blur, in pixels of the network's input. */
  readonly blurSigma: number
  /** Images of a pass. */
  readonly batch: number
}

/** That of a run, and of an evaluation with settings of its own. */
export function basisOf({ config }: Run, settings: Partial<EvaluationSettings> = {}): MapsBasis {
  const { blurSigma } = settings.scoring ?? config.scoring
  return { blurSigma, batch: settings.evaluationBatch ?? config.evaluationBatch }
}

/** The name of the features that a run compares by. */
export const featuresName = ({ config }: Run, { features }: RunWeights): string =>
  features?.sha256 ?? `frozen ${config.extractor}`

/** The range that a user chose for a run's images after their import; others are named by their content alone. */
export const chosenSamples = ({ store }: Workspace, { datasetId }: Run): SampleRange | undefined =>
  store.datasets.get(datasetId)?.reading.samples

/** The name of a set; settings that give the same maps give the same name. */
export function keyOf(
  run: Run,
  weights: RunWeights,
  { startStep, skip, guidanceWeight, eta, start, noiseSeed }: ReconstructionSettings,
  basis: MapsBasis & Pick<MapKey, 'samples'>,
): MapKey {
  return {
    ...basis,
    features: featuresName(run, weights),
    method: run.config.method,
    weights: weights.unet.sha256,
    // A skip above T′ is one pass, as is one of T′.
    settings: { startStep, skip: Math.min(skip, startStep), guidanceWeight, eta, start, noiseSeed },
  }
}

/** Folder of a set's new maps, relative to the workspace. */
export const setFolder = (setId: number) => `maps/${setId}`

/** Maps that are there, by image key. */
export function storedMaps(
  workspace: Workspace,
  run: Run,
  { weights, settings, maxima, pictures }: Omit<MapsAt, 'images'>,
  basis: MapsBasis,
): ReadonlyMap<string, StoredMap> {
  const { store, resolve } = workspace
  const samples = chosenSamples(workspace, run)
  const id = store.maps.find(keyOf(run, weights, settings, { ...basis, samples }))
  if (id === null) return new Map()
  const there = (file: string) => fs.existsSync(resolve(file))
  return new Map(
    [...store.maps.ofSet(id)].filter(
      ([, map]) =>
        (!maxima || map.maxima !== null) &&
        (!pictures || (map.reconstruction !== null && there(map.reconstruction.file))) &&
        there(map.maps.file),
    ),
  )
}

/** What of the maps that are asked for is missing. */
export function planMaps(
  workspace: Workspace,
  run: Run,
  wanted: readonly MapsAt[],
  basis: MapsBasis,
): readonly PlannedMaps[] {
  return wanted.map((at) => {
    const stored = storedMaps(workspace, run, at, basis)
    return { ...at, missing: at.images.filter(({ key }) => !stored.has(key)) }
  })
}

/** Network passes that are left and those that are done. */
export function passesLeft(plan: readonly PlannedMaps[]) {
  const count = (of: (at: PlannedMaps) => number) =>
    plan.reduce((sum, at) => sum + of(at) * passesOf(at.settings), 0)
  const left = count(({ missing }) => missing.length)
  return { left, done: count(({ images }) => images.length) - left }
}

/**
 * Sees to it that maps are stored: asks the engine for those that are missing, and for nothing when none are. What
 * is computed is told with names that rows have for files; recording it is the caller's.
 *
 * @throws {DdadError} as the engine's `maps` does; what was computed before is kept.
 */
export function ensureMaps(
  workspace: Workspace,
  engine: Supervisor<EngineContract>,
  run: Run,
  wanted: readonly MapsAt[],
  basis: MapsBasis,
  onEvent: (event: EngineEvent) => void,
  distances: readonly DistancesWanted[] = [],
): Call<EngineContract['maps']['output']> {
  const { store, resolve, relative } = workspace
  const plan = planMaps(workspace, run, wanted, basis)
  const far = distances.map((asked) => {
    const known = store.sweeps.distances(featuresName(run, asked.weights), asked.name)
    return { ...asked, missing: asked.images.filter(({ key }) => !known.has(key)) }
  })
  const images = [
    ...new Map([...plan, ...far].flatMap((at) => at.missing.map((one) => [one.key, one]))).values(),
  ]
  const setIds = store.transaction(() => {
    const named = { ...basis, samples: chosenSamples(workspace, run) }
    const ids = plan.map((at) => store.maps.set(keyOf(run, at.weights, at.settings, named)))
    store.maps.touch(ids, Date.now())
    return ids
  })
  if (images.length === 0) return { result: Promise.resolve({ state: 'finished' }), end: () => {} }
  const place = new Map(images.map(({ key }, index) => [key, index]))
  const places = (some: readonly MapImage[]) => some.map(({ key }) => place.get(key)!)
  const weights = [...new Set([...plan, ...far].map((at) => at.weights))]
  // One task a set, so that no pass is filled up where images of another list could go along.
  const bySet = Map.groupBy(
    plan
      .map((at, index) => ({ ...at, setId: setIds[index]! }))
      .filter((at) => at.missing.length > 0),
    ({ setId }) => setId,
  )
  const tasks = [...bySet].map(([setId, lists]): MapTask => {
    const [{ weights: own, settings }] = lists as [(typeof lists)[0]]
    const source = weights.indexOf(own)
    const missing = [...new Set(lists.flatMap((at) => places(at.missing)))]
    return { setId, source, settings, folder: resolve(setFolder(setId)), images: missing }
  })
  const asked = far.find(({ missing }) => missing.length > 0)
  return engine.call(
    'maps',
    {
      sources: weights.map((own) => sourceOf(workspace, run, own)),
      images,
      tasks,
      bank: asked?.bank ?? [],
      distances: weights.map((own) =>
        places(far.find((one) => one.weights === own)?.missing ?? []),
      ),
      neighbours: asked?.neighbours ?? 1,
      ...basis,
      done: passesLeft(plan).done,
    },
    (event) => {
      if (event.type === 'distances') {
        const features = featuresName(run, weights[event.source]!)
        store.transaction(() => {
          const put = (key: string, distance: number) =>
            store.sweeps.putDistance(features, asked!.name, key, distance)
          for (const [i, { key }] of asked!.bank.entries()) put(key, event.nominal[i]!)
          for (const { key, distance } of event.images) put(key, distance)
        })
        return
      }
      onEvent(event.type === 'map' ? { ...event, map: named(event.map, relative) } : event)
    },
  )
}

/** With the names that rows have for its files. */
function named(map: Extract<EngineEvent, { type: 'map' }>['map'], relative: Workspace['relative']) {
  const { maps, reconstruction } = map
  return {
    ...map,
    maps: { ...maps, file: relative(maps.file) },
    reconstruction: reconstruction && { ...reconstruction, file: relative(reconstruction.file) },
  }
}

/** Removes files of maps that were forgotten, and the folders that are empty then. */
export function removeFiles({ resolve }: Workspace, files: readonly string[]): void {
  for (const file of files) fs.rmSync(resolve(file), { force: true })
  for (const folder of new Set(files.map((file) => path.dirname(resolve(file))))) {
    if (fs.existsSync(folder) && fs.readdirSync(folder).length === 0) fs.rmdirSync(folder)
  }
}
