/** A small workspace as version 12 of the schema left it: everything in it shows the same figures. */
import fs from 'node:fs'
import path from 'node:path'
import { gunzipSync } from 'node:zlib'
import Database from 'better-sqlite3'
import { expect, it, onTestFinished } from 'vitest'
import type { RunId } from '../../src/shared/core/ids.ts'
import type { Evaluation, ImageResult, MetricRow } from '../../src/shared/evaluation/evaluation.ts'
import type { SweepReport } from '../../src/shared/maps/sweep.ts'
import type { OperatingPoint } from '../../src/shared/runs/operating-point.ts'
import { openTestStudio } from './studio.ts'
import { temporaryFolder } from './support.ts'

interface Fixture {
  /** Contents by path, base64. */
  readonly files: Readonly<Record<string, string>>
  readonly figures: {
    readonly evaluations: readonly Evaluation[]
    readonly results: readonly (readonly ImageResult[])[]
    /** At v 3. */
    readonly rescored: readonly (readonly MetricRow[])[]
    /** At v 7. */
    readonly sweep: SweepReport
    readonly points: readonly OperatingPoint[]
  }
}

/** The workspace in a new folder, with its sweeps or without, and what it showed. */
function unpacked(swept = true) {
  const file = path.join(import.meta.dirname, '../fixtures/workspaces/schema-12.json.gz')
  const { files, figures } = JSON.parse(gunzipSync(fs.readFileSync(file)).toString()) as Fixture
  const folder = temporaryFolder()
  for (const [name, content] of Object.entries(files)) {
    fs.mkdirSync(path.dirname(path.join(folder, name)), { recursive: true })
    fs.writeFileSync(path.join(folder, name), Buffer.from(content, 'base64'))
  }
  const db = new Database(path.join(folder, 'workspace/studio.db'))
  expect(db.pragma('user_version', { simple: true })).toBe(12)
  db.prepare('UPDATE dataset SET root = ?').run(path.join(folder, 'plates'))
  db.pragma('foreign_keys = ON')
  if (!swept) db.exec('DELETE FROM sweep_cell; DELETE FROM sweep')
  db.close()
  return { workspace: path.join(folder, 'workspace'), figures }
}

it('opens with the same evaluations, scores, operating points and sweeps', async () => {
  const { workspace, figures } = unpacked()
  const studio = openTestStudio(workspace)
  onTestFinished(() => studio.close())
  const { evaluations, cachedFigures, sweeps, operatingPoints, files } = studio

  const list = evaluations.list()
  expect(list).toHaveLength(figures.evaluations.length)
  for (const [i, { metrics: before, ...old }] of figures.evaluations.entries()) {
    const { metrics, ...evaluation } = list[i]!
    expect(evaluation).toMatchObject(old)
    const value = ({ defectType, name, value }: MetricRow) => [defectType, name, value]
    expect(metrics.map(value)).toEqual(before.map(value))
    for (const { value, interval } of metrics.filter((row) => row.value !== null && row.interval)) {
      expect(interval!.low).toBeLessThanOrEqual(value!)
      expect(interval!.high).toBeGreaterThanOrEqual(value!)
    }
    const results = evaluations.results(old.id)
    expect(results).toMatchObject(figures.results[i]!)
    for (const { id } of results) {
      expect(fs.existsSync(files.maps(id))).toBe(true)
      expect(fs.existsSync(files.reconstruction(id))).toBe(true)
    }
    expect(await cachedFigures.figures(old.id, 3)).toEqual(figures.rescored[i])
  }
  expect(operatingPoints.list(1 as RunId)).toMatchObject(figures.points)

  const report = await sweeps.report(1 as RunId, 7)
  const before = figures.sweep
  // Sweeps calibrate as evaluations do now; images, settings and maps are the same.
  const entries = ({ images }: SweepReport) => images.toSorted((x, y) => (x.key < y.key ? -1 : 1))
  expect(entries(report)).toEqual(entries(before))
  expect(report.cells).toHaveLength(before.cells.length)
  for (const [
    i,
    { id, checkpointId, reconstruction, passes, milliseconds },
  ] of before.cells.entries()) {
    const cell = report.cells[i]!
    expect(cell).toMatchObject({ id, checkpointId, reconstruction, passes, milliseconds })
    expect(cell.ratio).toBeGreaterThan(0)
    expect(cell.measures).not.toContain(null)
  }
  expect(report.nominalDistances).toEqual(before.nominalDistances)
  expect(report.changed).toEqual([])
  const spec = sweeps.newest(1 as RunId)!
  expect(sweeps.plan(1 as RunId, spec)).toMatchObject({ passes: 0 })
  expect(studio.mapCache.show().runs).toMatchObject([{ runId: 1, busy: false }])
})

it('gives the maps of its evaluations to whoever asks for the same, and keeps those of a rule apart', async () => {
  const { workspace, figures } = unpacked(false)
  const studio = openTestStudio(workspace)
  onTestFinished(() => studio.close())
  const { evaluations, files, queue } = studio
  const old = figures.evaluations.find(({ settings }) => !settings.startStepRule)!
  const { evaluation, jobId } = evaluations.start(old.runId, old.settings)
  const [job] = await queue.drain([jobId])
  expect(job).toMatchObject({ state: 'finished', error: null })
  const fileOf = (id: typeof old.id) =>
    new Map(evaluations.results(id).map((result) => [result.imageId, files.maps(result.id)]))
  expect(fileOf(evaluation.id)).toEqual(fileOf(old.id))
  const byRule = figures.evaluations.find(({ settings }) => settings.startStepRule)!
  for (const file of fileOf(byRule.id).values()) expect(file).toContain(`evaluations/${byRule.id}/`)
})
