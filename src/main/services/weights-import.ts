/** Makes a run out of an official DDAD checkpoint. */
import { createHash, randomUUID } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { parse } from 'yaml'
import { presetFor } from '../../shared/config/presets.ts'
import { withReferenceConfig } from '../../shared/config/reference-config.ts'
import type { RunConfig } from '../../shared/config/run-config.ts'
import type { DatasetId, RunId } from '../../shared/domain/ids.ts'
import type { Run } from '../../shared/domain/run.ts'
import { DdadError } from '../../shared/errors.ts'
import type { EngineContract, WrittenFile } from '../../shared/processes/engine.ts'
import type { Supervisor } from '../engine-host/supervisor.ts'
import type { Facts } from './facts.ts'
import { runFolder, type Workspace } from './workspace.ts'

export interface WeightsImport {
  readonly datasetId: DatasetId
  readonly category: string
  /** The U-Net's state dict: zip, with or without an ending. */
  readonly unet: string
  /** `feat<epoch>`: the adapted extractor; null scores with the frozen one. */
  readonly features: string | null
  /** The authors' `config.yaml`; null takes the published settings of the category. */
  readonly config: string | null
}

/** A configuration has some kilobytes; more is another file. */
const CONFIG_LIMIT = 1024 ** 2

export function createWeightsImport(
  { store, resolve }: Workspace,
  facts: Facts,
  engine: Supervisor<EngineContract>,
  version: string,
) {
  function place(datasetId: DatasetId, category: string) {
    const dataset = store.datasets.get(datasetId)
    const known = dataset?.categories.find(({ name }) => name === category)
    if (dataset && known) return { dataset, known }
    throw new DdadError('NOT_FOUND', `There is no category ${category} in data set ${datasetId}.`)
  }

  function addRow(
    { datasetId, category, unet, features }: WeightsImport,
    config: RunConfig,
    step: number,
    sources: readonly string[],
  ): RunId {
    const { dataset } = place(datasetId, category)
    const createdAt = Date.now()
    const name = `${category} (${path.basename(unet)}, imported)`
    const runId = store.runs.insert({
      name,
      datasetId,
      category,
      config: features ? config : { ...config, adaptation: { ...config.adaptation, epochs: 0 } },
      datasetFingerprint: dataset.fingerprint,
      appVersion: version,
      createdAt,
    })
    store.runs.change(runId, { note: `Imported weights.\n${sources.join('\n')}` }, createdAt)
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

  return {
    /**
     * Converts weights into the workspace's own format and records them, with the hashes of the files they
     * came from in the run's note, as a finished run that can be evaluated. All of it or nothing.
     * @throws {DdadError} BAD_FILE or NOT_FOUND naming the file or the category.
     */
    read: async (request: WeightsImport): Promise<Run> => {
      const { datasetId, category, unet, features, config } = request
      const { dataset, known } = place(datasetId, category)
      const preset = presetFor(dataset.layout, category)
      const wanted =
        config === null ? preset : withReferenceConfig(preset, readYaml(config), config)
      const { epochs, batchSize } = wanted.training
      const epoch = numberIn(unet) ?? epochs
      const step = Math.max(1, epoch * Math.max(1, Math.floor(known.nominalTrain / batchSize)))
      const featureEpoch = numberIn(features ?? '') ?? wanted.adaptation.epochs
      const files = [unet, features, config].filter((file) => file !== null)
      const sources = await Promise.all(files.map(describeSource))
      const folder = resolve(`cache/import-${randomUUID()}`)
      try {
        const call = engine.call('convert', {
          config: wanted,
          step,
          folder,
          unet,
          features: features === null ? null : { file: features, epoch: featureEpoch },
        })
        const converted = await call.result
        const runId = store.transaction(() => {
          const id = addRow(request, converted.config, step, sources)
          fs.mkdirSync(resolve(runFolder(id)), { recursive: true })
          addFile(id, 'unet', step, converted.unet)
          if (converted.features) addFile(id, 'features', featureEpoch, converted.features)
          return id
        })
        facts.tell('runs.changed', { runId })
        return store.runs.get(runId)!
      } finally {
        fs.rmSync(folder, { recursive: true, force: true })
      }
    },
  }
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
    throw refuse(error instanceof Error ? error.message : String(error))
  }
}

async function describeSource(file: string): Promise<string> {
  try {
    const hash = createHash('sha256')
    for await (const chunk of fs.createReadStream(file)) hash.update(chunk as Buffer)
    return `${path.basename(file)}: SHA-256 ${hash.digest('hex')}`
  } catch (cause) {
    throw new DdadError('NOT_FOUND', `${file} cannot be read. Nothing was imported.`, { cause })
  }
}
