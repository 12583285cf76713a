import fs from 'node:fs'
import path from 'node:path'
import { expect, it, onTestFinished, vi } from 'vitest'
import type { StartStepRule } from '../../src/shared/diffusion/start-step-rule.ts'
import { decodeNpy } from '../../src/main/media/npy.ts'
import { addEvaluatedRun, openRaw, writePlates } from '../support/evaluated-workspace.ts'
import { openTestStudio } from './studio.ts'
import { temporaryFolder } from './support.ts'

// Child processes start slowly on a busy machine.
vi.setConfig({ testTimeout: 120_000 })

const quiet = () => {}
const bins: StartStepRule = {
  kind: 'neighbours',
  neighbours: 20,
  edges: [1],
  startSteps: [50, 250],
}

async function workspaceWithRun() {
  const folder = temporaryFolder()
  writePlates(path.join(folder, 'plates'))
  const studio = openTestStudio(path.join(folder, 'workspace'))
  onTestFinished(() => studio.close())
  const { token } = studio.datasets.register(path.join(folder, 'plates'))
  await studio.datasets.add(token, 'Plates')
  const raw = openRaw(studio.folder)
  const made = addEvaluatedRun(raw, { seed: 1 }, 3)
  raw.store.close()
  return { folder, studio, ...made }
}

it('takes a run to a workspace without its data set: figures, curves, maps and weights are the same', async () => {
  const { folder, studio, runId, evaluationId } = await workspaceWithRun()
  studio.runs.annotate(runId, { note: 'Best so far', addTags: ['good one'] })
  const strict = studio.operatingPoints.save(evaluationId, 'strict', {
    ...{ threshold: 2, upper: 3, pixelThreshold: null, pixelWeight: 1, rule: null },
    chosenOn: { kind: 'half', seed: 4 },
  })
  studio.operatingPoints.use(strict.id)
  const perImage = { ...strict.settings.evaluation, startStepRule: bins }
  studio.operatingPoints.choose(runId, 'by bins', { evaluation: perImage, reason: 'bins: D3AD' })
  const file = path.join(folder, 'plate.ddadrun')
  await studio.runExport.write(runId, file, { maps: true, onProgress: quiet })
  expect(fs.readdirSync(folder)).not.toContain(expect.stringContaining('.tmp'))

  const other = openTestStudio(path.join(folder, 'elsewhere'))
  onTestFinished(() => other.close())
  const { run, dataPresent, maps } = await other.runImport.read(file)
  expect({ dataPresent, maps }).toEqual({ dataPresent: false, maps: true })
  expect(run).toMatchObject({
    name: 'plate (tiny, seed 1)',
    datasetName: 'Plates (imported)',
    state: 'finished',
    step: 40,
    note: 'Best so far',
    tags: ['good one'],
  })
  expect(run.config).toEqual(studio.runs.get(runId).config)
  expect(other.runs.metrics(run.id, 'loss', 1000)).toEqual(studio.runs.metrics(runId, 'loss', 1000))
  const [checkpoint] = other.runs.checkpoints(run.id)
  expect(checkpoint?.sha256).toBe(studio.runs.checkpoints(runId)[0]?.sha256)
  const [evaluation] = other.evaluations.list(run.id)
  expect(evaluation?.metrics).toEqual(studio.evaluations.get(evaluationId).metrics)
  expect(evaluation?.checkpointId).toBe(checkpoint?.id)
  expect(other.operatingPoints.list(run.id)).toMatchObject([
    { name: 'by bins', inUse: true, settings: { evaluation: perImage, thresholds: null } },
    { name: 'strict', inUse: false, decides: [evaluation!.id], settings: strict.settings },
  ])
  const [before, after] = [
    studio.evaluations.results(evaluationId),
    other.evaluations.results(evaluation!.id),
  ]
  expect(after.map(({ score, path: name }) => [name, score])).toEqual(
    before.map(({ score, path: name }) => [name, score]),
  )
  const read = (name: string) => decodeNpy(fs.readFileSync(name), name)
  expect(read(other.files.maps(after[0]!.id))).toEqual(read(studio.files.maps(before[0]!.id)))
  expect(fs.readdirSync(path.join(other.folder, 'cache'))).toEqual([])
})

it('finds the images by hash where the data set is present, whatever it is called', async () => {
  const { folder, studio, runId } = await workspaceWithRun()
  const file = path.join(folder, 'plate.ddadrun')
  await studio.runExport.write(runId, file, { maps: false, onProgress: quiet })
  const other = openTestStudio(path.join(folder, 'elsewhere'))
  onTestFinished(() => other.close())
  const { token } = other.datasets.register(path.join(folder, 'plates'))
  await other.datasets.add(token, 'Other name')
  const { run, dataPresent, maps } = await other.runImport.read(file)
  expect({ dataPresent, maps, dataset: run.datasetName }).toEqual({
    dataPresent: true,
    maps: false,
    dataset: 'Other name',
  })
  const [evaluation] = other.evaluations.list(run.id)
  const [result] = other.evaluations.results(evaluation!.id)
  expect(fs.existsSync(other.files.original(result!.imageId))).toBe(true)
  expect(result!.maskVersionId === null).toBe(!result!.anomalous)
})

it('exports nothing when a file of the run is missing, and says which', async () => {
  const { folder, studio, runId, evaluationId } = await workspaceWithRun()
  const [result] = studio.evaluations.results(evaluationId)
  fs.rmSync(studio.files.maps(result!.id))
  const file = path.join(folder, 'plate.ddadrun')
  const attempt = studio.runExport.write(runId, file, { maps: true, onProgress: quiet })
  await expect(attempt).rejects.toThrow(/\.npy of plate .* is missing/)
  expect(fs.readdirSync(folder).filter((name) => name.includes('ddadrun'))).toEqual([])
})

it('writes maps in MVTec’s layout at the size of the photographs, and a report with what failed', async () => {
  const { folder, studio, evaluationId } = await workspaceWithRun()
  const target = path.join(folder, 'maps')
  const request = { format: 'npy', size: 'original' } as const
  const written = await studio.mapExports.write(evaluationId, target, request, quiet)
  expect(written.files).toBe(16)
  const name = path.join(target, 'plate/test/dent/003.npy')
  expect(decodeNpy(fs.readFileSync(name), name).shape).toEqual([48, 48])

  const { html } = await studio.reports.html({ kind: 'evaluation', evaluationId }, quiet)
  expect(html).toContain('Operating point')
  expect(html).toMatch(/(Missed|False alarm)<\/span><br>plate\/test\//)
  expect(html).toContain('src="data:image/jpeg;base64,')
  expect(html).not.toMatch(/<script|https?:\/\/(?!)/)
})

it('writes runs in the layout of MLflow’s file store', async () => {
  const { folder, studio, runId } = await workspaceWithRun()
  const target = path.join(folder, 'mlruns')
  studio.mlflowExport.write(target, [], true)
  const again = studio.mlflowExport.write(target, [runId], true)
  expect(again.runs).toBe(1)
  const [experiment] = fs.readdirSync(target)
  expect(experiment).toMatch(/^\d{18}$/)
  const [run] = fs
    .readdirSync(path.join(target, experiment!))
    .filter((name) => name !== 'meta.yaml')
  expect(run).toMatch(/^[0-9a-f]{32}$/)
  const own = (name: string) => fs.readFileSync(path.join(target, experiment!, run!, name), 'utf8')
  expect(own('meta.yaml')).toContain(`run_id: ${run}`)
  expect(own('params/training.epochs')).toBe('20')
  expect(own('metrics/loss').split('\n')).toHaveLength(41)
  expect(own('metrics/imageAuroc')).toMatch(/^\d+ [\d.]+ 40\n$/)
  expect(own('artifacts/checkpoints/unet-00000040.safetensors')).toBe('weights of seed 1')
})
