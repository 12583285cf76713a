import { spawn } from 'node:child_process'
import { once } from 'node:events'
import fs from 'node:fs'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { expect, it, onTestFinished, vi } from 'vitest'
import type { StartStepRule } from '../../src/shared/config/start-step-rule.ts'
import { parse } from 'yaml'
import { settings } from '../../src/shared/config/settings.ts'
import { comparedMetrics } from '../../src/shared/evaluation/comparison.ts'
import { formatTable } from '../../src/shared/exchange/table.ts'
import { comparisonTable } from '../../src/shared/exchange/tables.ts'
import type { ImageId, MaskVersionId } from '../../src/shared/core/ids.ts'
import { decodeNpy } from '../../src/main/decode/npy.ts'
import {
  addEvaluatedRun,
  correctMask,
  openRaw,
  writePlates,
} from '../support/evaluated-workspace.ts'
import { openTestStudio } from './studio.ts'
import { quiet, temporaryFolder } from './support.ts'

// Child processes start slowly on a busy machine.
vi.setConfig({ testTimeout: 120_000 })

const bins: StartStepRule = {
  kind: 'neighbours',
  neighbours: 20,
  edges: [1],
  startSteps: [50, 250],
}

const imageOf = (studio: ReturnType<typeof openTestStudio>, id: ImageId) => {
  const [dataset] = studio.datasets.list()
  return studio.datasets.images(dataset!).find((image) => image.id === id)!
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
  const [dent] = studio.evaluations.results(evaluationId).filter(({ anomalous }) => anomalous)
  const note = { author: 'Ada', reason: 'too-tight', note: 'edge' } as const
  const corrected = await correctMask(studio, imageOf(studio, dent!.imageId), note)
  const file = path.join(folder, 'plate.ddadrun')
  await studio.runExport.write(runId, file, { ...quiet, maps: true })
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
  // But who has it open.
  expect(fs.readdirSync(path.join(other.folder, 'cache'))).toEqual(['open'])

  // The mask that it was measured with, its correction since, and that there was one.
  const same = after.find(({ path: name }) => name === dent!.path)!
  const [newest, original] = other.masks.versions(same.imageId)
  expect(newest).toMatchObject({ ...note, version: 1, sha256: corrected.sha256 })
  expect(newest?.stats).toEqual(corrected.stats)
  expect(same.maskVersionId).toBe(original?.id)
  expect(other.masks.changedSince(evaluation!.id).map(({ path: name }) => name)).toEqual([
    dent!.path,
  ])
  const classes = async (place: typeof studio, id: MaskVersionId) =>
    fs.readFileSync(await place.files.maskClasses(id))
  expect(await classes(other, newest!.id)).toEqual(await classes(studio, corrected.id))
  expect(
    after.every(({ anomalous, maskVersionId }) => anomalous === (maskVersionId !== null)),
  ).toBe(true)
})

it('finds the images by hash where the data set is present, whatever it is called', async () => {
  const { folder, studio, runId } = await workspaceWithRun()
  const file = path.join(folder, 'plate.ddadrun')
  await studio.runExport.write(runId, file, { ...quiet, maps: false })
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

it('leaves nothing of an import that fails half-way, or whose process is killed', async () => {
  const { folder, studio, runId, evaluationId } = await workspaceWithRun()
  const [dent] = studio.evaluations.results(evaluationId).filter(({ anomalous }) => anomalous)
  const note = { author: 'Ada', reason: 'too-tight', note: 'edge' } as const
  await correctMask(studio, imageOf(studio, dent!.imageId), note)
  const file = path.join(folder, 'plate.ddadrun')
  await studio.runExport.write(runId, file, { ...quiet, maps: true })
  const elsewhere = path.join(folder, 'elsewhere')
  const other = openTestStudio(elsewhere)
  onTestFinished(() => other.close())
  const left = () =>
    ['cache', 'masks', 'runs'].flatMap((name) =>
      fs
        .readdirSync(path.join(elsewhere, name), { recursive: true })
        .map(String)
        .filter((entry) => !entry.startsWith('open')),
    )

  const whole = fs.readFileSync(file)
  const cut = path.join(folder, 'cut.ddadrun')
  for (const share of [0.2, 0.6, 0.99]) {
    fs.writeFileSync(cut, whole.subarray(0, Math.floor(whole.length * share)))
    await expect(other.runImport.read(cut)).rejects.toMatchObject({ code: 'BAD_FILE' })
    expect(left()).toEqual([])
  }
  // Masks have been moved to their places when the run's folder turns out to be taken.
  const taken = path.join(elsewhere, 'runs/1')
  fs.writeFileSync(taken, 'of somebody else')
  await expect(other.runImport.read(file)).rejects.toThrow('is there already')
  expect(left()).toEqual(['1'])
  expect(fs.readFileSync(taken, 'utf8')).toBe('of somebody else')
  expect(other.datasets.list()).toEqual([])
  fs.rmSync(taken)

  const importer = spawn(process.execPath, [
    path.join(import.meta.dirname, 'children/importer.ts'),
    elsewhere,
  ])
  await once(importer.stdout, 'data')
  await openTestStudio(elsewhere).close()
  expect(left()).toEqual(expect.arrayContaining(['901/file', '902/file']))
  importer.kill('SIGKILL')
  await once(importer, 'exit')
  await openTestStudio(elsewhere).close()
  expect(left()).toEqual([])

  const { run } = await other.runImport.read(file)
  await openTestStudio(elsewhere).close()
  expect(fs.existsSync(path.join(elsewhere, `runs/${run.id}`))).toBe(true)
  expect(fs.readdirSync(path.join(elsewhere, 'masks'))).toHaveLength(1)
})

it('compares pixels with what chance allows of them, or says that the maps are not here', async () => {
  const { studio, runId } = await workspaceWithRun()
  const raw = openRaw(studio.folder)
  const others = [7, 7].map((gap, i) => addEvaluatedRun(raw, { seed: 2 + i }, gap))
  raw.store.close()
  const compare = (pixels: boolean) =>
    studio.comparisons.grid([runId, ...others.map((run) => run.runId)], { baseline: 0, pixels })
  const quick = await compare(false)
  expect(Object.keys(quick.columns[1]!.cells[0]!.differences)).toEqual(['imageAuroc', 'imageAp'])
  const grid = await compare(true)
  const [first, second] = grid.columns.map(({ cells }) => cells[0]!)
  expect(Object.keys(second!.differences).toSorted()).toEqual([...comparedMetrics].toSorted())
  // A figure has one interval, the one of its evaluation, and lies in it.
  for (const { evaluationId, intervals, figures } of [first!, second!]) {
    const { metrics } = studio.evaluations.get(evaluationId!)
    for (const metric of comparedMetrics) {
      const row = metrics.find(({ defectType, name }) => defectType === null && name === metric)!
      expect(intervals[metric]).toEqual(row.interval)
      expect(intervals[metric]!.low).toBeLessThanOrEqual(figures[metric]!)
      expect(intervals[metric]!.high).toBeGreaterThanOrEqual(figures[metric]!)
    }
  }
  for (const metric of ['pixelAuroc', 'pixelAp', 'auPro30'] as const) {
    const difference = second!.differences[metric]!
    expect(difference.value).toBeCloseTo(second!.figures[metric]! - first!.figures[metric]!, 12)
    expect(difference.pValue).toBeLessThan(0.05)
    expect(grid.columns[1]!.differences[metric]?.value).toBeCloseTo(difference.value, 12)
  }
  expect(second!.otherMasks).toBe(0)

  const [result] = studio.evaluations.results(others[1]!.evaluationId)
  fs.rmSync(studio.files.maps(result!.id))
  fs.rmSync(path.join(studio.folder, 'cache/profiles'), { recursive: true })
  const without = (await compare(true)).columns[2]!.cells[0]!
  expect(Object.keys(without.differences)).toEqual(['imageAuroc', 'imageAp'])

  const table = comparisonTable(grid, 'pixelAp')
  expect(table.rows.map(([name]) => name)).toEqual(['plate', 'mean', 'mean rank'])
  expect(formatTable(table, 'latex')).toMatch(/mean rank & 3 & -- & -- & \d/)
})

it('exports nothing when a file of the run is missing, and says which', async () => {
  const { folder, studio, runId, evaluationId } = await workspaceWithRun()
  const [result] = studio.evaluations.results(evaluationId)
  fs.rmSync(studio.files.maps(result!.id))
  const file = path.join(folder, 'plate.ddadrun')
  const attempt = studio.runExport.write(runId, file, { ...quiet, maps: true })
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

  const [dent] = studio.evaluations.results(evaluationId).filter(({ anomalous }) => anomalous)
  const note = { author: 'Ada <b>', reason: 'too-tight', note: '10 % & more' } as const
  await correctMask(studio, imageOf(studio, dent!.imageId), note)
  const html = await studio.reports.html({ kind: 'evaluation', evaluationId }, quiet)
  expect(html).toMatch(/dent\/00\d.png<\/td><td>1<\/td><td class="text">Ada &lt;b&gt;/)
  expect(html).toMatch(/Marked less than the defect<br><small>10 % &amp; more/)
  expect(html).toContain('Operating point')
  expect(html).toMatch(/(Missed|False alarm)<\/span><br>plate\/test\//)
  expect(html).toContain('src="data:image/jpeg;base64,')
  expect(html).not.toMatch(/<script|https?:\/\/(?!)/)
})

it('leaves nothing of an export that is cancelled, and everything that was there before', async () => {
  const { folder, studio, runId, evaluationId } = await workspaceWithRun()
  const target = path.join(folder, 'out')
  const prepare = () => {
    for (const name of ['out', 'new'])
      fs.rmSync(path.join(folder, name), { recursive: true, force: true })
    fs.mkdirSync(path.join(target, 'plate'), { recursive: true })
    fs.writeFileSync(path.join(target, 'plate/maps.json'), 'of before')
  }
  const begun = () => {
    const controller = new AbortController()
    return { signal: controller.signal, onProgress: () => controller.abort() }
  }
  const request = { format: 'npy', size: 'original' } as const
  const subject = { kind: 'evaluation', evaluationId } as const
  const attempts = [
    () => studio.mapExports.write(evaluationId, target, request, begun()),
    () => studio.mapExports.write(evaluationId, path.join(folder, 'new/er'), request, begun()),
    () => studio.runExport.write(runId, path.join(target, 'r.ddadrun'), { ...begun(), maps: true }),
    () => studio.mlflowExport.write(target, [], { ...begun(), checkpoints: true }),
    () => studio.reports.html(subject, begun()),
  ]
  for (const attempt of attempts) {
    let error: unknown = null
    // An export that was over before it could be cancelled is whole, and is begun again.
    while (error === null) {
      prepare()
      error = await attempt().then(
        () => null,
        (reason: unknown) => reason,
      )
    }
    expect(error).toMatchObject({ code: 'CANCELLED' })
    expect(fs.readdirSync(target, { recursive: true })).toEqual(['plate', 'plate/maps.json'])
    expect(fs.readFileSync(path.join(target, 'plate/maps.json'), 'utf8')).toBe('of before')
    expect(fs.existsSync(path.join(folder, 'new'))).toBe(false)
  }
})

it('writes runs in the layout of MLflow’s file store', async () => {
  const { folder, studio, runId, evaluationId } = await workspaceWithRun()
  const target = path.join(folder, 'ml runs #1')
  studio.runs.annotate(runId, {
    name: '12:30',
    note: 'one\ntwo',
    addTags: ['größe/1', 'größe:1'],
  })
  const options = { ...quiet, checkpoints: true }
  await studio.mlflowExport.write(target, [], options)
  const again = await studio.mlflowExport.write(target, [runId], options)
  expect(again.runs).toBe(1)
  // Read as MLflow's FileStore does (store/tracking/file_store.py); what it would refuse fails here.
  const [byDefault, experiment, ...others] = fs.readdirSync(target).toSorted()
  expect([byDefault, ...others]).toEqual(['0'])
  const place = path.join(target, experiment!)
  const meta = (folderName: string) =>
    parse(fs.readFileSync(path.join(folderName, 'meta.yaml'), 'utf8'), {
      version: '1.1',
    }) as Record<string, unknown>
  expect(meta(place)).toEqual({
    artifact_location: pathToFileURL(place).href,
    creation_time: expect.any(Number) as number,
    experiment_id: experiment,
    last_update_time: expect.any(Number) as number,
    lifecycle_stage: 'active',
    name: 'Plates',
  })
  expect(experiment).toMatch(/^\d{18}$/)
  expect(meta(path.join(target, '0'))).toMatchObject({ experiment_id: '0', name: 'Default' })
  const [run, ...more] = fs.readdirSync(place).filter((name) => name !== 'meta.yaml')
  expect(more).toEqual([])
  expect(run).toMatch(/^[0-9a-f]{32}$/)
  const own = path.join(place, run!)
  expect(meta(own)).toEqual({
    artifact_uri: pathToFileURL(`${own}/artifacts`).href,
    deleted_time: null,
    end_time: expect.any(Number) as number,
    entry_point_name: '',
    experiment_id: experiment,
    lifecycle_stage: 'active',
    run_id: run,
    run_name: '12:30',
    run_uuid: run,
    source_name: '',
    source_type: 4,
    source_version: '',
    start_time: 1_700_000_000_000,
    status: 3,
    tags: [],
    user_id: '',
  })
  const files = (kind: string) =>
    Object.fromEntries(
      fs
        .readdirSync(path.join(own, kind))
        .map((name) => [name, fs.readFileSync(path.join(own, kind, name), 'utf8')]),
    )
  const params = files('params')
  expect(Object.keys(params)).toEqual(expect.arrayContaining([...Object.keys(settings), 'preset']))
  for (const value of Object.values(params)) expect(value).toMatch(/^[^\r\n]{1,6000}$/)
  expect(params).toMatchObject({ 'training.epochs': '20', seed: '1' })
  const points = Object.fromEntries(
    Object.entries(files('metrics')).map(([name, text]) => [
      name,
      text
        .trimEnd()
        .split('\n')
        .map((line) => {
          expect(line).toMatch(/^\d{13} (?:-?\d+(?:\.\d+)?(?:e[+-]?\d+)?|nan|-?inf) \d+$/)
          const [, value, step] = line.split(' ')
          return { step: Number(step), value: Number(value) }
        }),
    ]),
  )
  const loss = studio.runs.metrics(runId, 'loss', 1000)
  expect(points['loss']).toEqual(loss.map(({ step, value }) => ({ step, value })))
  for (const { name, defectType, value } of studio.evaluations.get(evaluationId).metrics) {
    const figure = points[defectType === null ? name : `${name}.${defectType}`]
    expect(figure).toEqual(value === null ? undefined : [{ step: 40, value }])
  }
  expect(files('tags')).toMatchObject({
    'mlflow.runName': '12:30',
    'mlflow.source.name': 'DDAD Studio',
    'mlflow.source.type': 'LOCAL',
    'mlflow.note.content': 'one\ntwo',
    category: 'plate',
    // Python's \w has letters of every script; what becomes one name is told apart.
    'tag.größe_1': 'größe/1',
    'tag.größe_1_2': 'größe:1',
  })
  expect(files('artifacts/checkpoints')).toEqual({
    'unet-00000040.safetensors': 'weights of seed 1',
  })
})
