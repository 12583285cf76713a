/** Makes a run out of an official DDAD checkpoint. */
import { createHash, randomUUID } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { parse } from 'yaml'
import { presetFor } from '../../../shared/config/presets.ts'
import { applyOverrides } from '../../../shared/config/overrides.ts'
import {
  withAuthorsProtocol,
  withReferenceConfig,
  type ReferenceConfig,
} from '../../../shared/config/reference-config.ts'
import type { RunConfig } from '../../../shared/config/run-config.ts'
import type { DatasetId, RunId } from '../../../shared/core/ids.ts'
import type { Run } from '../../../shared/runs/run.ts'
import { originText } from '../../../shared/core/origin.ts'
import { DdadError, reasonOf } from '../../../shared/errors.ts'
import type { SourceFile, WeightsSummary } from '../../../shared/ipc/routes/weights.ts'
import type { EngineContract, WrittenFile } from '../../../shared/processes/engine.ts'
import type { Facts } from '../core/facts.ts'
import type { IdleEngine } from '../jobs/idle-engine.ts'
import { runOrigin } from '../core/origins.ts'
import { openStaging, type ImportStaging } from '../datasets/import-staging.ts'
import { runFolder, type Workspace } from '../core/workspace.ts'

export interface WeightsImport {
  readonly datasetId: DatasetId
  readonly category: string
  /** The U-Net's state dict: zip, with or without an ending. */
  readonly unet: string
  /** `feat<epoch>`: the adapted extractor; null scores with the frozen one. */
  readonly features: string | null
  /** The authors' `config.yaml`; null takes the published settings of the category. */
  readonly config: string | null
  /** Single settings by dotted path, as text; over the file's. */
  readonly settings?: Readonly<Record<string, string>>
}

/** An import that is converted and not recorded yet. */
interface Prepared {
  readonly request: WeightsImport
  readonly config: RunConfig
  readonly step: number
  readonly sources: readonly SourceFile[]
  /** Keys of the configuration file that mean nothing here. */
  readonly unused: readonly string[]
  readonly staging: ImportStaging
  readonly unet: WrittenFile
  readonly features: { readonly epoch: number; readonly written: WrittenFile } | null
}

/** A configuration has some kilobytes; more is another file. */
const CONFIG_LIMIT = 1024 ** 2

export function createWeightsImport(
  workspace: Workspace,
  facts: Facts,
  engine: IdleEngine,
  version: string,
) {
  const { store, resolve } = workspace
  function place(datasetId: DatasetId, category: string) {
    const dataset = store.datasets.get(datasetId)
    const known = dataset?.categories.find(({ name }) => name === category)
    if (dataset && known) return { dataset, known }
    throw new DdadError('NOT_FOUND', `There is no category ${category} in data set ${datasetId}.`)
  }

  function addRow({ request, config, step, sources, unused }: Prepared): RunId {
    const { datasetId, category } = request
    const { dataset } = place(datasetId, category)
    const createdAt = Date.now()
    const name = nameOf(request)
    const runId = store.runs.insert({
      name,
      datasetId,
      category,
      config,
      datasetFingerprint: dataset.fingerprint,
      appVersion: version,
      createdAt,
    })
    const lines = sources.map(({ name, sha256 }) => `${name}: SHA-256 ${sha256}`)
    if (unused.length > 0) lines.push(`Not used of the configuration: ${unused.join(', ')}`)
    store.runs.change(runId, { note: `Imported weights.\n${lines.join('\n')}` }, createdAt)
    // A training at rest, which gives the run its state.
    const jobId = store.jobs.insert({
      kind: 'train',
      runId,
      evaluationId: null,
      afterId: null,
      title: `Train ${name}`,
      createdAt,
    })
    const progress = { done: step, total: step, secondsPerStep: 0, secondsLeft: 0 }
    store.jobs.setProgress(jobId, progress)
    store.jobs.settle(jobId, { state: 'finished', error: null }, createdAt)
    return runId
  }

  function addFile(runId: RunId, kind: 'unet' | 'features', step: number, written: WrittenFile) {
    const file = `${runFolder(runId)}/${path.basename(written.file)}`
    fs.renameSync(written.file, resolve(file))
    const { bytes, sha256 } = written
    store.checkpoints.put({ runId, kind, step, file, bytes, sha256, createdAt: Date.now() })
  }

  /** Imports that are converted and wait for a decision. */
  const prepared = new Map<string, Prepared>()

  /**
   * Converts weights into the workspace's own format, beside the runs.
   * @throws {DdadError} BAD_FILE or NOT_FOUND naming the file or the category.
   */
  async function prepare(request: WeightsImport): Promise<WeightsSummary> {
    const { datasetId, category, unet, features, config } = request
    const { dataset, known } = place(datasetId, category)
    const settings = request.settings ?? {}
    refuseModel(settings)
    const preset = withAuthorsProtocol(presetFor(dataset.layout, category))
    const read = config === null ? null : withReferenceConfig(preset, readYaml(config), config)
    const wanted = applyOverrides(read?.config ?? preset, settings)
    const { epochs, batchSize } = wanted.training
    const epoch = numberIn(unet) ?? epochs
    const step = Math.max(1, epoch * Math.max(1, Math.floor(known.nominalTrain / batchSize)))
    const featureEpoch = numberIn(features ?? '') ?? wanted.adaptation.epochs
    const files = [unet, features, config].filter((file) => file !== null)
    const sources = await Promise.all(files.map(describeSource))
    const importId = randomUUID()
    const staging = openStaging(workspace)
    try {
      const call = engine.call('convert', {
        config: wanted,
        step,
        folder: staging.folder,
        unet,
        features: features === null ? null : { file: features, epoch: featureEpoch },
        origin: originText(runOrigin(store, { datasetId, category })),
      })
      const converted = await call.result
      if (read) checkAgainst(read, converted, config!)
      const used = features
        ? converted.config
        : { ...converted.config, adaptation: { ...converted.config.adaptation, epochs: 0 } }
      const unused = read?.unused ?? []
      prepared.set(importId, {
        request,
        config: used,
        step,
        sources,
        unused,
        staging,
        unet: converted.unet,
        features: converted.features && { epoch: featureEpoch, written: converted.features },
      })
      const name = nameOf(request)
      const preset = wanted.preset
      return { importId, name, config: used, epoch, preset, files: sources, unused }
    } catch (error) {
      staging.close()
      throw error
    }
  }

  /** Lets go of a prepared import; one that is not there is none. */
  function discard(importId: string): void {
    const waiting = prepared.get(importId)
    prepared.delete(importId)
    waiting?.staging.close()
  }

  /**
   * Records a prepared import as a finished run that can be evaluated, with the hashes of the files it came
   * from in the run's note. All of it or nothing.
   * @throws {DdadError} NOT_FOUND when it is not there any more.
   */
  function save(importId: string): Run {
    const waiting = prepared.get(importId)
    if (!waiting)
      throw new DdadError('NOT_FOUND', 'This import is not there any more. Choose its files again.')
    try {
      const runId = store.transaction(() => {
        const id = addRow(waiting)
        waiting.staging.making(`runs/${id}`)
        fs.mkdirSync(resolve(runFolder(id)), { recursive: true })
        addFile(id, 'unet', waiting.step, waiting.unet)
        const { features } = waiting
        if (features) addFile(id, 'features', features.epoch, features.written)
        return id
      })
      facts.tell('runs.changed', { runId })
      return store.runs.get(runId)!
    } finally {
      discard(importId)
    }
  }

  return {
    prepare,
    discard,
    save,
    /** Lets go of every import that was not decided on. */
    close: (): void => [...prepared.keys()].forEach(discard),
    /** {@link prepare} and {@link save} at once. */
    read: async (request: WeightsImport): Promise<Run> => save((await prepare(request)).importId),
  }
}

/** What the weights' shapes tell cannot be set otherwise. */
function refuseModel(settings: Readonly<Record<string, string>>): void {
  const key = Object.keys(settings).find((one) => one.startsWith('model.'))
  if (key === undefined) return
  throw new DdadError('INVALID_INPUT', `${key} is what the weights say; leave it out.`)
}

/** @throws {DdadError} BAD_FILE when a configuration is of other networks than the weights. */
function checkAgainst(
  { imageSize, small, extractor }: ReferenceConfig,
  converted: EngineContract['convert']['output'],
  file: string,
): void {
  const { model } = converted.config
  const found = converted.extractor
  const problems = [
    imageSize !== null &&
      imageSize !== model.imageSize &&
      `data.image_size is ${imageSize}, and the U-Net is one for ${model.imageSize}`,
    small !== null &&
      small !== model.baseChannels < 64 &&
      `model.DDADS is ${small}, and the U-Net has ${model.baseChannels} base channels`,
    extractor &&
      found &&
      extractor !== found &&
      `model.feature_extractor is ${extractor}, and the features are of ${found}`,
  ].filter(Boolean)
  if (problems.length === 0) return
  throw new DdadError(
    'BAD_FILE',
    `${file} is not the configuration of these weights: ${problems.join('; ')}. Nothing was imported. ` +
      'Choose the files of one training, or correct the configuration.',
  )
}

/** The run's name. */
function nameOf({ category, unet }: WeightsImport): string {
  return `${category} (${path.basename(unet)}, imported)`
}

/** The epoch that the reference code names its files by: `2000`, `feat8`. */
function numberIn(file: string): number | null {
  const digits = /^(?:feat)?(\d{1,6})(?:\.\w+)?$/.exec(path.basename(file))?.[1]
  return digits === undefined ? null : Number(digits)
}

function readYaml(file: string): unknown {
  const refuse = (reason: string) =>
    new DdadError('BAD_FILE', `${file} cannot be read: ${reason}. Nothing was imported.`)
  try {
    if (fs.statSync(file).size > CONFIG_LIMIT) throw refuse('it is too large for a configuration')
    return parse(fs.readFileSync(file, 'utf8'), { maxAliasCount: 10 })
  } catch (error) {
    if (error instanceof DdadError) throw error
    throw refuse(reasonOf(error))
  }
}

async function describeSource(file: string): Promise<SourceFile> {
  try {
    const hash = createHash('sha256')
    let bytes = 0
    for await (const chunk of fs.createReadStream(file)) {
      hash.update(chunk as Buffer)
      bytes += (chunk as Buffer).length
    }
    return { name: path.basename(file), bytes, sha256: hash.digest('hex') }
  } catch (cause) {
    throw new DdadError('NOT_FOUND', `${file} cannot be read. Nothing was imported.`, { cause })
  }
}
