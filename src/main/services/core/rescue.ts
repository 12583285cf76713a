/** Builds a workspace's database anew from what checkpoints and masks carry in their own headers. */
import { createHash, randomUUID } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import type { DatasetId, ImageId, RunId } from '../../../shared/core/ids.ts'
import { runConfigSchema, type RunConfig } from '../../../shared/config/run-config.ts'
import {
  maskOriginSchema,
  ORIGIN,
  readOrigin,
  runOriginSchema,
  type MaskOrigin,
  type RunOrigin,
} from '../../../shared/core/origin.ts'
import { countCategories } from '../../../shared/datasets/categories.ts'
import { DdadError } from '../../../shared/errors.ts'
import type { BackgroundContract, Scan } from '../../../shared/processes/background.ts'
import { openStore, type Store } from '../../db/store.ts'
import { pngText, safetensorsMetadata } from '../../files/headers.ts'
import { temporaryName } from '../../files/leftovers.ts'
import type { Supervisor } from '../../processes/supervisor.ts'
import { storeImage } from '../datasets/scanned-images.ts'
import { nameOfRun } from '../../../shared/runs/naming.ts'
import { fingerprint } from './fingerprint.ts'
import { moveAside, strays } from './tidy.ts'
import { DATABASE, type Workspace } from './workspace.ts'
import { within } from '../../files/within.ts'

export interface Rescued {
  readonly datasets: readonly {
    readonly name: string
    readonly root: string
    readonly found: boolean
  }[]
  readonly runs: number
  readonly checkpoints: number
  readonly masks: number
  /** Runs whose checkpoints are of a build that did not write where they came from. */
  readonly unknown: number
  /** What could not be read back and lies in `lost+found/` now. */
  readonly moved: readonly string[]
}

interface FoundCheckpoint {
  readonly runId: RunId
  readonly kind: 'unet' | 'features'
  readonly step: number
  readonly file: string
  readonly origin: RunOrigin | null
  readonly config: RunConfig | null
}

interface FoundMask {
  readonly file: string
  readonly origin: MaskOrigin
}

const WEIGHTS = /^(unet|features)-(\d+)\.safetensors$/

/**
 * Makes `studio.db` from the files of a workspace that has none, or one that cannot be read, which is moved to
 * `lost+found/`. Figures, curves, reviews and settings were in the database alone and are not rescued.
 * @throws {DdadError} CONFLICT where the database is well, NOT_FOUND where there is nothing to read
 */
export async function rescueWorkspace(
  folder: string,
  background: Supervisor<BackgroundContract>,
): Promise<Rescued> {
  const root = path.resolve(folder)
  const resolve = (relative: string) => within(root, relative)
  const database = resolve(DATABASE)
  expectLost(database)
  const checkpoints = findCheckpoints(resolve)
  const masks = findMasks(resolve)
  if (checkpoints.length + masks.length === 0) {
    throw new DdadError(
      'NOT_FOUND',
      `${root} holds no checkpoints and no masks that say where they came from. Nothing was changed.`,
    )
  }
  const temporary = temporaryName(database)
  for (const ending of ['', '-wal', '-shm']) fs.rmSync(temporary + ending, { force: true })
  const store = openStore(temporary)
  const workspace: Workspace = {
    folder: root,
    store,
    readOnly: null,
    resolve,
    relative: (file) => path.relative(root, file).split(path.sep).join('/'),
  }
  try {
    const datasets = await addDatasets(workspace, checkpoints, masks, background)
    const hashes = new Map<string, string>()
    for (const { file } of checkpoints) hashes.set(file, await hashOf(resolve(file)))
    const maskHashes = new Map<FoundMask, string>()
    for (const mask of masks) maskHashes.set(mask, await hashOf(resolve(mask.file)))
    store.transaction(() => {
      addRuns(store, resolve, checkpoints, hashes, datasets)
      addMasks(workspace, maskHashes, datasets)
    })
    const now = Date.now()
    const others = ['masks/journals', 'sweeps', 'maps'].filter((name) =>
      fs.existsSync(resolve(name)),
    )
    const old = ['', '-wal', '-shm'].map((ending) => DATABASE + ending)
    const moved = moveAside(
      workspace,
      [...strays(workspace), ...others, ...old.filter((name) => fs.existsSync(resolve(name)))],
      now,
    )
    store.close()
    fs.renameSync(temporary, database)
    const runs = new Set(checkpoints.map(({ runId }) => runId))
    const known = new Set(checkpoints.flatMap(({ runId, origin }) => (origin ? [runId] : [])))
    return {
      datasets: [...new Set(datasets.values())].map(({ name, root: place, found }) => ({
        name,
        root: place,
        found,
      })),
      runs: runs.size,
      checkpoints: checkpoints.length,
      masks: masks.length,
      unknown: runs.size - known.size,
      moved,
    }
  } catch (error) {
    store.close()
    for (const ending of ['', '-wal', '-shm']) fs.rmSync(temporary + ending, { force: true })
    throw error
  }
}

/** Refuses where there is a database that can be read. */
function expectLost(database: string): void {
  if (!fs.existsSync(database) || fs.statSync(database).size === 0) return
  let empty = false
  try {
    openStore(database, () => {
      empty = true
      throw new Error('It is empty.')
    }).close()
  } catch (error) {
    if (empty || (error instanceof DdadError && error.code === 'BAD_FILE')) return
    throw error
  }
  throw new DdadError(
    'CONFLICT',
    `${database} can be read, so there is nothing to rescue. Nothing was changed. To go back to a copy, put it in its place.`,
  )
}

function findCheckpoints(resolve: Workspace['resolve']): FoundCheckpoint[] {
  return namesIn(resolve('runs')).flatMap((run) => {
    if (!/^[1-9]\d{0,14}$/.test(run)) return []
    const own = namesIn(resolve(`runs/${run}`)).flatMap((name) => {
      const [, kind, step] = WEIGHTS.exec(name) ?? []
      const metadata = kind ? safetensorsMetadata(resolve(`runs/${run}/${name}`)) : null
      if (!metadata) return []
      return [
        {
          runId: Number(run) as RunId,
          kind: kind as 'unet' | 'features',
          step: Number(step),
          file: `runs/${run}/${name}`,
          origin: readOrigin(runOriginSchema, metadata[ORIGIN] ?? ''),
          config: readOrigin(runConfigSchema, metadata['config'] ?? '') as RunConfig | null,
        },
      ]
    })
    // A run is told by its network; features alone are none.
    return own.some(({ config }) => config) ? own : []
  })
}

function findMasks(resolve: Workspace['resolve']): FoundMask[] {
  return namesIn(resolve('masks'))
    .flatMap((image) => namesIn(resolve(`masks/${image}`)).map((name) => `masks/${image}/${name}`))
    .flatMap((file) => {
      const origin = readOrigin(maskOriginSchema, pngText(resolve(file), ORIGIN) ?? '')
      return origin ? [{ file, origin }] : []
    })
    .toSorted((a, b) => a.origin.version.createdAt - b.origin.version.createdAt)
}

interface FoundDataset {
  readonly id: DatasetId
  readonly name: string
  readonly root: string
  /** Whether its folder was there and read. */
  readonly found: boolean
}

const UNKNOWN: RunOrigin = {
  dataset: { name: 'Unknown data set (rescued)', layout: 'plain', root: '', fingerprint: '' },
  category: 'unknown',
}

const keyOf = ({ name, root }: RunOrigin['dataset']): string => JSON.stringify([name, root])

/** Data sets by {@link keyOf}; the folders that are there are read again. */
async function addDatasets(
  { store, resolve }: Workspace,
  checkpoints: readonly FoundCheckpoint[],
  masks: readonly FoundMask[],
  background: Supervisor<BackgroundContract>,
): Promise<ReadonlyMap<string, FoundDataset>> {
  const origins = [
    ...checkpoints.map(({ origin }) => origin?.dataset ?? UNKNOWN.dataset),
    ...masks.map(({ origin }) => origin.dataset),
  ]
  const known = new Map<string, FoundDataset>()
  // Those whose folder is there come first: an earlier name or an earlier folder of one is taken for the same.
  const there = (origin: RunOrigin['dataset']) => origin.root !== '' && fs.existsSync(origin.root)
  for (const origin of origins.toSorted((a, b) => Number(there(b)) - Number(there(a)))) {
    const key = keyOf(origin)
    const same = [...known.values()].find(({ name, root, found }) =>
      there(origin) ? root === origin.root : found && name === origin.name,
    )
    if (same) known.set(key, same)
    if (known.has(key)) continue
    const scan = await scanOf(origin.root, resolve(`cache/rescue-${randomUUID()}`), background)
    let name = origin.name
    for (let number = 2; store.datasets.findByName(name); number++)
      name = `${origin.name} ${number}`
    const root = origin.root || resolve(path.join('absent', randomUUID()))
    const createdAt = Date.now()
    const id = store.transaction(() => {
      const made = store.datasets.insert({
        name,
        layout: scan?.layout ?? origin.layout,
        root,
        createdAt,
        fingerprint: scan
          ? fingerprint(scan.images.flatMap((image) => [image, ...image.masks]))
          : origin.fingerprint,
        categories: scan?.report.categories ?? [],
        samples: scan?.samples ?? null,
      })
      for (const image of scan?.images ?? []) storeImage(store, made, image, createdAt)
      return made
    })
    known.set(key, { id, name, root, found: scan !== null })
  }
  return known
}

/** What is in a data set's folder; null when it is not there or holds none. */
async function scanOf(
  root: string,
  journal: string,
  background: Supervisor<BackgroundContract>,
): Promise<Scan | null> {
  if (root === '' || !fs.existsSync(root)) return null
  try {
    return await background.call('scan', { root, journal }).result
  } catch {
    return null
  } finally {
    fs.rmSync(journal, { force: true })
  }
}

function addRuns(
  store: Store,
  resolve: Workspace['resolve'],
  checkpoints: readonly FoundCheckpoint[],
  hashes: ReadonlyMap<string, string>,
  datasets: ReadonlyMap<string, FoundDataset>,
): void {
  for (const [id, own] of Map.groupBy(checkpoints, ({ runId }) => runId)) {
    const newest = own.filter(({ config }) => config).toSorted((a, b) => b.step - a.step)[0]!
    const config = newest.config!
    const { dataset, category } = newest.origin ?? UNKNOWN
    const { id: datasetId } = datasets.get(keyOf(dataset))!
    addCategory(store, datasetId, category)
    const name = nameOfRun(category, config, store.runs.hasName)
    const createdAt = Math.floor(fs.statSync(resolve(newest.file)).mtimeMs)
    const { fingerprint: datasetFingerprint } = dataset
    store.runs.insert({
      ...{ id, name, datasetId, category, config, datasetFingerprint, createdAt },
      appVersion: '',
    })
    store.runs.change(id, { note: 'Rescued from its checkpoints.' }, createdAt)
    const title = `Train ${name}`
    const job = { kind: 'train', runId: id, evaluationId: null, afterId: null, title } as const
    const jobId = store.jobs.insert({ ...job, createdAt })
    const progress = { done: newest.step, total: newest.step, secondsPerStep: 0, secondsLeft: 0 }
    store.jobs.setProgress(jobId, progress)
    store.jobs.settle(jobId, { state: 'stopped', error: null }, createdAt)
    for (const { kind, step, file } of own) {
      const { size, mtimeMs } = fs.statSync(resolve(file))
      const sha256 = hashes.get(file)!
      const row = { runId: id, kind, step, file, bytes: size, sha256 }
      store.checkpoints.put({ ...row, createdAt: Math.floor(mtimeMs) })
    }
  }
}

function addCategory(store: Store, datasetId: DatasetId, name: string): void {
  const known = store.datasets.get(datasetId)!.categories
  if (known.some((category) => category.name === name)) return
  const none = { nominalTrain: 0, nominalValidation: 0, nominalTest: 0, defects: {} }
  store.datasets.putCategories(datasetId, [{ name, ...none }])
}

/** Gives each mask to its image, by path and otherwise by content, and moves its file to the image's folder. */
function addMasks(
  { store, resolve }: Workspace,
  masks: ReadonlyMap<FoundMask, string>,
  datasets: ReadonlyMap<string, FoundDataset>,
): void {
  for (const [{ file, origin }, sha256] of masks) {
    const { id: datasetId } = datasets.get(keyOf(origin.dataset))!
    const imageId = imageOf(store, datasetId, origin.image)
    const [newest] = store.maskVersions.ofImage(imageId)
    const place = `${imageId}/${path.basename(file)}`
    store.maskVersions.insert({
      imageId,
      version: (newest?.version ?? 0) + 1,
      parentId: newest?.id ?? null,
      ...origin.version,
      file: place,
      sha256,
    })
    const target = resolve(`masks/${place}`)
    fs.mkdirSync(path.dirname(target), { recursive: true })
    fs.renameSync(resolve(file), target)
  }
}

function imageOf(store: Store, datasetId: DatasetId, image: MaskOrigin['image']): ImageId {
  const named = store.images.byPath(datasetId, image.path)
  if (named) return named.id
  const images = store.images.ofDataset(datasetId)
  const same = images.find(({ sha256 }) => sha256 === image.sha256)
  if (same) return same.id
  store.datasets.putCategories(
    datasetId,
    countCategories([...images, image]).filter(({ name }) => name === image.category),
  )
  return store.images.insert(datasetId, { ...image, bytes: 0, modifiedAt: 0, masks: [] })
}

async function hashOf(file: string): Promise<string> {
  const hash = createHash('sha256')
  for await (const chunk of fs.createReadStream(file)) hash.update(chunk as Buffer)
  return hash.digest('hex')
}

function namesIn(folder: string): string[] {
  try {
    return fs.readdirSync(folder)
  } catch {
    return []
  }
}
