/** "What does normal look like?": nominal training images nearest to an image or to a patch of it. */
import { createHash } from 'node:crypto'
import fs from 'node:fs'
import type { ExtractorName } from '../../../shared/config/run-config.ts'
import type { ImageEntry } from '../../../shared/datasets/dataset.ts'
import type { ImageId, RunId } from '../../../shared/core/ids.ts'
import {
  boxOfCells,
  cellsOf,
  gridSide,
  placeOf,
  type Nearest,
  type NearestBasis,
  type NearestStatus,
} from '../../../shared/maps/nearest.ts'
import type { Run } from '../../../shared/runs/run.ts'
import { DdadError, describeError } from '../../../shared/errors.ts'
import { clipBox, isEmptyBox, type Box } from '../../../shared/masks/box.ts'
import type { EngineContract } from '../../../shared/processes/engine.ts'
import { pruneFolder } from '../../files/prune.ts'
import type { Call } from '../../processes/client.ts'
import { weightsHash } from '../core/environment.ts'
import type { Facts } from '../core/facts.ts'
import type { Files } from '../datasets/files.ts'
import type { IdleEngine } from '../jobs/idle-engine.ts'
import { newestCheckpoint } from '../runs/run-weights.ts'
import { frozenExtractor } from '../core/weights.ts'
import type { Workspace } from '../core/workspace.ts'
import { found } from '../core/found.ts'

/** Features are named by what they are made of; another way of making them needs another number here. */
const VERSION = 1
const FOLDER = 'cache/features'
/** On disk, of all categories; those used longest ago go first. 400 images of 256 pixels take 0.6 GB. */
const MOST_BYTES = 4 * 2 ** 30
/** Without a run: fine enough for a grid of 16 × 16, and four times as fast as 256. */
const DEFAULT_SIZE = 128
/** Rates measured on this machine, seconds by extractor and size. */
const RATES = 'nearest.seconds'
/** Billions of multiplications up to layer3 at 224 × 224, and of how many a slow processor does in a second. */
const WORK: Readonly<Record<ExtractorName, number>> = {
  'resnet50-keras': 3.3,
  resnet50: 3.3,
  wide_resnet50_2: 8.8,
  wide_resnet101_2: 20,
}
const WORK_PER_SECOND = 15
/** Until the engine has started and read the weights. */
const START_SECONDS = 3

export interface NearestRequest {
  readonly imageId: ImageId
  /** Whose extractor and image size; null takes the newest run of the category. */
  readonly runId: RunId | null
}

export interface NearestSearch extends NearestRequest {
  readonly token: number
  /** Image pixels; null searches by the whole image. */
  readonly patch: Box | null
  readonly count: number
}

export function createNearest(
  workspace: Workspace,
  files: Files,
  facts: Facts,
  engine: IdleEngine,
) {
  const { folder, store, resolve } = workspace
  let current: Call<EngineContract['nearest']['output']> | null = null
  let generation = 0

  function stop(): void {
    generation += 1
    current?.end('cancel')
    current = null
  }

  const imageOf = (id: ImageId) => found(store.images.get(id), `image ${id}`)

  function runOf({ datasetId, category }: ImageEntry, id: RunId | null): Run | null {
    if (id === null) {
      const all = store.runs.list()
      return all.find((run) => run.datasetId === datasetId && run.category === category) ?? null
    }
    const run = store.runs.get(id)
    if (run?.datasetId === datasetId && run.category === category) return run
    throw new DdadError('INVALID_INPUT', `Run ${id} is not of the category ${category}.`)
  }

  /** Images that a training takes, without the one in question. */
  function nominalOf({ id, datasetId, category }: ImageEntry): readonly ImageEntry[] {
    return store.images
      .ofCategory(datasetId, category)
      .filter((one) => one.split === 'train' && !one.anomalous && one.id !== id)
  }

  /** Which φ it is, with the weights that the engine reads and the folder of what it has made. */
  function basisOf(run: Run | null) {
    const features = run && newestCheckpoint(workspace, run, 'features')
    const basis: NearestBasis = {
      run: run && { id: run.id, name: run.name },
      extractor: run?.config.extractor ?? 'resnet50-keras',
      adapted: features !== null,
      size: run?.config.model.imageSize ?? DEFAULT_SIZE,
    }
    return { basis, features }
  }

  /** @throws {DdadError} WEIGHTS_MISSING */
  async function weightsFor({ basis, features }: ReturnType<typeof basisOf>, image: ImageEntry) {
    const extractor = frozenExtractor(basis.extractor, folder, features)
    const hash = features ? features.sha256 : await weightsHash(extractor!.file)
    // Images of a range that was chosen have other features; by their content alone they are named otherwise.
    const range = store.datasets.get(image.datasetId)?.reading.samples
    const read = range ? ` ${range.low} ${range.high}` : ''
    const name = createHash('sha256')
      .update(`${VERSION} ${hash} ${basis.size}${read}`)
      .digest('hex')
    return {
      extractor,
      features: features && resolve(features.file),
      folder: resolve(`${FOLDER}/${name.slice(0, 24)}`),
    }
  }

  const rateKey = ({ extractor, size }: NearestBasis) => `${extractor} ${size}`
  const rates = () => (store.settings.get(RATES) ?? {}) as Readonly<Record<string, number>>

  function secondsPerImage(basis: NearestBasis): number {
    const known = rates()[rateKey(basis)]
    return known ?? 0.02 + (WORK[basis.extractor] * (basis.size / 224) ** 2) / WORK_PER_SECOND
  }

  return {
    /** What a search would have to do first. */
    status: async ({ imageId, runId }: NearestRequest): Promise<NearestStatus> => {
      const image = imageOf(imageId)
      const chosen = basisOf(runOf(image, runId))
      const { basis } = chosen
      const nominal = nominalOf(image)
      const keys = new Set([image, ...nominal].map(({ sha256 }) => sha256))
      try {
        const weights = await weightsFor(chosen, image)
        const there = await fs.promises.readdir(weights.folder).catch(() => [])
        for (const name of there) keys.delete(name.replace(/\.npy$/, ''))
      } catch (error) {
        const problem = describeError(error).message
        return { basis, nominal: nominal.length, missing: keys.size, seconds: 0, problem }
      }
      const seconds = keys.size === 0 ? 0 : START_SECONDS + keys.size * secondsPerImage(basis)
      return { basis, nominal: nominal.length, missing: keys.size, seconds, problem: null }
    },

    /**
     * Searches; progress is told as `nearest.progress` with the token.
     * @throws {DdadError} CANCELLED when a newer search has taken its place; what it computed is kept
     */
    find: async (search: NearestSearch): Promise<Nearest> => {
      stop()
      const mine = generation
      const image = imageOf(search.imageId)
      const chosen = basisOf(runOf(image, search.runId))
      const { basis } = chosen
      const nominal = nominalOf(image)
      if (nominal.length === 0) {
        throw new DdadError(
          'CONFLICT',
          `${image.category} has no other nominal training images to compare with.`,
        )
      }
      const patch = search.patch && clipBox(search.patch, image)
      if (patch && isEmptyBox(patch)) {
        throw new DdadError('INVALID_INPUT', 'The patch lies outside of the image.')
      }
      const side = gridSide(basis.size)
      const cells = patch && cellsOf(patch, image, side)
      const weights = await weightsFor(chosen, image)
      if (mine !== generation) throw new DdadError('CANCELLED', 'A newer search takes its place.')
      const keyed = (one: ImageEntry) => ({ key: one.sha256, file: files.original(one.id) })
      const call = engine.call(
        'nearest',
        {
          ...weights,
          size: basis.size,
          image: keyed(image),
          nominal: nominal.map(keyed),
          patch: cells,
          count: search.count,
        },
        ({ progress }) => facts.tell('nearest.progress', { token: search.token, progress }),
      )
      current = call
      try {
        const found = await call.result
        if (found.computed > 0) {
          const known = { ...rates(), [rateKey(basis)]: found.secondsPerImage }
          store.remember(() => store.settings.put(RATES, known))
          await pruneFolder(resolve(FOLDER), MOST_BYTES)
        }
        return {
          basis,
          images: found.matches.map(({ index, distance, column, row }) => {
            const { id, path, ...size } = nominal[index]!
            const { width, height } = size
            const place =
              patch && cells ? placeOf(patch, image, cells, { column, row }, size, side) : null
            return { imageId: id, path, width, height, distance, place }
          }),
          compared: cells && boxOfCells(cells, image, side),
          nominalDistances: found.nominalDistances,
          nominal: nominal.length - found.skipped.length,
          skipped: found.skipped.map(({ reason }) => reason),
        }
      } finally {
        if (current === call) current = null
      }
    },
    /** Ends the search in progress; what it computed is kept. */
    stop,
  }
}
