/**
 * Fills a workspace as years of work would: `node scripts/node.mjs test/support/fill-workspace.ts FOLDER
 * [runs] [points per run] [results per run]`. Rows only; the files that they name are not made.
 */
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { openDatabase, type Db } from '../../src/main/db/open.ts'
import { openStore } from '../../src/main/db/store.ts'
import { presets } from '../../src/shared/config/presets.ts'
import { metricNames } from '../../src/shared/evaluation/evaluation.ts'
import { Random } from '../../src/shared/random.ts'

const CATEGORIES = ['bottle', 'cable', 'capsule', 'carpet', 'grid', 'hazelnut', 'leather', 'screw']
const DAY = 86_400_000

export interface Amounts {
  readonly runs: number
  readonly pointsPerRun: number
  readonly resultsPerRun: number
}

function addImages(db: Db, perCategory: number): Map<string, number[]> {
  db.exec(`INSERT INTO dataset (name, layout, root, fingerprint, created_at)
    VALUES ('Parts', 'mvtec-ad', '/nowhere/parts', 'f00d', 1)`)
  const category = db.prepare(
    `INSERT INTO category (dataset_id, name, nominal_train, nominal_validation, nominal_test, defects)
     VALUES (1, ?, 200, 0, ?, ?)`,
  )
  const image = db.prepare(
    `INSERT INTO image (dataset_id, category, split, defect_type, anomalous, path, bytes, modified_at,
       sha256, width, height) VALUES (1, ?, 'test', ?, ?, ?, 1, 1, ?, 256, 256)`,
  )
  const ids = new Map<string, number[]>()
  for (const name of CATEGORIES) {
    const nominal = Math.floor(perCategory / 3)
    category.run(name, nominal, JSON.stringify({ scratch: perCategory - nominal }))
    const members = Array.from({ length: perCategory }, (_, n) => {
      const defect = n < nominal ? 'good' : 'scratch'
      const file = `${name}/test/${defect}/${n}.png`
      return Number(image.run(name, defect, Number(n >= nominal), file, file).lastInsertRowid)
    })
    ids.set(name, members)
  }
  return ids
}

/** Inserts everything; the same amounts give the same rows. */
export function fillWorkspace(
  folder: string,
  { runs, pointsPerRun, resultsPerRun }: Amounts,
): void {
  openStore(path.join(folder, 'studio.db')).close()
  const db = openDatabase(path.join(folder, 'studio.db'))
  db.pragma('synchronous = OFF')
  const random = new Random(1)
  const insertRun = db.prepare(
    `INSERT INTO run (name, dataset_id, category, config, seed, dataset_fingerprint, app_version,
       tensorflow, device, study_id, note, favourite, archived_at, created_at, changed_at)
     VALUES (?, 1, ?, ?, ?, 'f00d', '0.1.0', '2.21.0', 'cpu', ?, ?, ?, ?, ?, ?)`,
  )
  const study = db.prepare('INSERT INTO study (name, dataset_id, created_at) VALUES (?, 1, ?)')
  const tag = db.prepare('INSERT INTO run_tag (run_id, tag) VALUES (?, ?)')
  const job = db.prepare(
    `INSERT INTO job (kind, state, run_id, evaluation_id, title, done, total, created_at, started_at,
       ended_at, seconds_spent, position) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0)`,
  )
  const point = db.prepare(
    "INSERT INTO metric_point (run_id, name, step, value) VALUES (?, 'loss', ?, ?)",
  )
  const summary = db.prepare(
    `INSERT INTO metric_summary (run_id, name, last_step, last_value, min_value, max_value)
     SELECT run_id, name, max(step), 0.03, min(value), max(value) FROM metric_point WHERE run_id = ?`,
  )
  const checkpoint = db.prepare(
    `INSERT INTO checkpoint (run_id, kind, step, file, bytes, sha256, created_at)
     VALUES (?, 'unet', ?, ?, 1000, ?, ?)`,
  )
  const evaluation = db.prepare(
    `INSERT INTO evaluation (run_id, dataset_id, category, settings, seconds_per_image, created_at,
       finished_at) VALUES (?, 1, ?, ?, 0.5, ?, ?)`,
  )
  const metric = db.prepare(
    'INSERT INTO category_metric (evaluation_id, defect_type, name, value) VALUES (?, NULL, ?, ?)',
  )
  const mapSet = db.prepare(
    `INSERT INTO map_set (method, weights, features, settings, blur_sigma, batch, evaluation_id)
     VALUES ('ddad', '', '', '', 1, 1, ?)`,
  )
  const map = db.prepare(
    `INSERT INTO map (set_id, image_key, milliseconds, file, bytes, sha256, picture_file, picture_bytes,
       picture_sha256) VALUES (?, ?, 500, 'm', 1, 'h', 'r', 1, 'h')`,
  )
  const result = db.prepare(
    `INSERT INTO image_result (evaluation_id, image_id, map_id, score, start_step, ratio)
     VALUES (?, ?, ?, ?, 250, 1)`,
  )
  const { config, settings } = {
    config: presets.tiny,
    settings: { reconstruction: presets.tiny.reconstruction, scoring: presets.tiny.scoring },
  }

  function addRun(index: number, images: readonly number[], category: string): void {
    const [at, seed] = [Date.now() - (runs - index) * (DAY / 24), index % 5]
    if (index % 40 === 0) study.run(`Study ${index / 40 + 1}`, at)
    const text = JSON.stringify({ ...config, seed })
    const name = `${category} (tiny, seed ${seed})`
    const note = index % 7 === 0 ? 'A larger v on thin scratches' : ''
    const [star, archived] = [Number(index % 11 === 0), index % 13 === 0 ? at : null]
    const studyId = Math.floor(index / 40) + 1
    const row = insertRun.run(name, category, text, seed, studyId, note, star, archived, at, at)
    const runId = Number(row.lastInsertRowid)
    if (index % 6 === 0) tag.run(runId, ['baseline', 'short', 'to review'][index % 3])
    for (let step = 1; step <= pointsPerRun; step += 1) {
      point.run(runId, step, 0.02 + 1 / (1 + step / 20) + random.between(0, 0.02))
    }
    summary.run(runId)
    const file = `runs/${runId}/unet.safetensors`
    checkpoint.run(runId, pointsPerRun, file, 'c'.repeat(64), at)
    const id = Number(
      evaluation.run(runId, category, JSON.stringify(settings), at, at).lastInsertRowid,
    )
    for (const each of metricNames) metric.run(id, each, random.between(0.7, 1))
    const setId = mapSet.run(id).lastInsertRowid
    for (let n = 0; n < resultsPerRun; n += 1) {
      const image = images[n % images.length]
      result.run(id, image, map.run(setId, `image ${n}`).lastInsertRowid, random.between(0, 1))
    }
    job.run(
      'train',
      'finished',
      runId,
      null,
      `Train ${name}`,
      pointsPerRun,
      pointsPerRun,
      at,
      at,
      at,
      90,
    )
    job.run('evaluate', 'finished', runId, id, `Evaluate ${name}`, 1, 1, at, at, at, 9)
  }

  const images = db.transaction(() => addImages(db, resultsPerRun))()
  for (let first = 0; first < runs; first += 100) {
    db.transaction(() => {
      for (let index = first; index < Math.min(runs, first + 100); index += 1) {
        const category = CATEGORIES[index % CATEGORIES.length]!
        addRun(index, images.get(category)!, category)
      }
    })()
  }
  db.exec('ANALYZE')
  db.close()
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [folder = '', ...numbers] = process.argv.slice(2)
  const [runs = 2000, pointsPerRun = 1500, resultsPerRun = 500] = numbers.map(Number)
  const { mkdirSync } = await import('node:fs')
  mkdirSync(folder, { recursive: true })
  fillWorkspace(folder, { runs, pointsPerRun, resultsPerRun })
}
