/** Going back to a mask that was measured leaves nothing changed. */
import path from 'node:path'
import Database from 'better-sqlite3'
import { expect, it, onTestFinished } from 'vitest'
import { migrations } from '../../src/main/db/migrations/index.ts'
import { openStore } from '../../src/main/db/store.ts'
import type { ImageId, MaskVersionId } from '../../src/shared/core/ids.ts'
import {
  addEvaluatedRun,
  correctMask,
  openRaw,
  writePlates,
} from '../support/evaluated-workspace.ts'
import { openTestStudio } from './studio.ts'
import { temporaryFolder } from './support.ts'

it('an evaluation is told of changed masks until the mask that it was measured with is in force again', async () => {
  const folder = temporaryFolder()
  const place = path.join(folder, 'workspace')
  writePlates(path.join(folder, 'plates'))
  const studio = openTestStudio(place)
  onTestFinished(() => studio.close())
  const { token } = studio.datasets.register(path.join(folder, 'plates'))
  const dataset = await studio.datasets.add(token, 'Plates')
  const raw = openRaw(place)
  const { evaluationId } = addEvaluatedRun(raw, { seed: 1 }, 2)
  raw.store.close()
  const image = () =>
    studio.datasets.images(dataset).find(({ path: name }) => name.includes('dent/003'))!
  const changed = () => studio.masks.changedSince(evaluationId).map(({ imageId }) => imageId)
  const measured = image().maskVersionId!
  const note = { author: 'Ada', reason: 'too-tight', note: '' } as const
  expect(changed()).toEqual([])
  const corrected = await correctMask(studio, image(), note)
  expect(changed()).toEqual([image().id])
  const back = await studio.masks.revert(measured, { author: 'Ada', note: 'as it was' })
  expect(changed()).toEqual([])
  await studio.masks.revert(corrected.id, { author: 'Ada', note: '' })
  expect(changed()).toEqual([image().id])
  // Going back to what itself went back leads to the same pixels.
  await studio.masks.revert(back.id, { author: 'Ada', note: '' })
  expect(changed()).toEqual([])
})

it('versions of an older workspace that went back are known by their notes', () => {
  const file = path.join(temporaryFolder(), 'studio.db')
  const before = migrations.findIndex((sql) => sql.includes('same_as'))
  const db = new Database(file)
  for (const sql of migrations.slice(0, before)) db.exec(sql)
  db.pragma(`application_id = ${0x44444144}`)
  db.pragma(`user_version = ${before}`)
  db.exec(`INSERT INTO dataset (name, layout, root, fingerprint, created_at) VALUES ('d', 'mvtec', '/d', 'f', 1);
    INSERT INTO category (dataset_id, name, nominal_train, nominal_validation, nominal_test, defects)
      VALUES (1, 'nut', 0, 0, 0, '{}');
    INSERT INTO image (dataset_id, category, split, defect_type, anomalous, path, bytes, modified_at, sha256, width, height)
      VALUES (1, 'nut', 'test', 'bent', 1, 'a.png', 1, 1, 's', 8, 8)`)
  const add = db.prepare(
    `INSERT INTO mask_version (image_id, version, author, reason, note, created_at, file)
     VALUES (1, ?, 'Ada', ?, ?, 1, ?)`,
  )
  const notes = ['', 'wider', 'Version 0', 'Version 1', 'Version 2', 'because']
  notes.forEach((note, version) => {
    add.run(version, version < 2 ? 'other' : 'revert', note, version === 0 ? null : 'a.png')
  })
  db.close()
  const store = openStore(file)
  onTestFinished(() => store.close())
  const versions = store.maskVersions.ofImage(1 as ImageId).toReversed()
  const origin = (id: MaskVersionId | null) => versions.findIndex((one) => one.id === id)
  expect(versions.map(({ sameAs }) => origin(sameAs))).toEqual([-1, -1, 0, 1, 0, -1])
})
