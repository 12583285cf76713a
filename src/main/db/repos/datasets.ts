import type { Category, Dataset, DatasetLayout } from '../../../shared/datasets/dataset.ts'
import type { Reading } from '../../../shared/datasets/reading.ts'
import type { SampleRange } from '../../../shared/datasets/sample-range.ts'
import type { DatasetId } from '../../../shared/core/ids.ts'
import type { Db } from '../open.ts'

interface DatasetRow {
  readonly id: DatasetId
  readonly name: string
  readonly layout: DatasetLayout
  readonly root: string
  readonly fingerprint: string
  readonly samples: string | null
  readonly reading: string
  readonly created_at: number
}

interface CategoryRow {
  readonly dataset_id: DatasetId
  readonly name: string
  readonly nominal_train: number
  readonly nominal_validation: number
  readonly nominal_test: number
  readonly defects: string
}

export type NewDataset = Omit<Dataset, 'id' | 'reading' | 'foundSamples'> &
  Partial<Pick<Dataset, 'reading'>>

function toCategory(row: CategoryRow): Category {
  return {
    name: row.name,
    nominalTrain: row.nominal_train,
    nominalValidation: row.nominal_validation,
    nominalTest: row.nominal_test,
    defects: JSON.parse(row.defects) as Record<string, number>,
  }
}

function toDataset(row: DatasetRow, categories: readonly CategoryRow[]): Dataset {
  const reading = JSON.parse(row.reading) as Reading
  const foundSamples = row.samples === null ? null : (JSON.parse(row.samples) as SampleRange)
  return {
    id: row.id,
    name: row.name,
    layout: row.layout,
    root: row.root,
    fingerprint: row.fingerprint,
    samples: reading.samples ?? foundSamples,
    foundSamples,
    reading,
    createdAt: row.created_at,
    categories: categories.filter((category) => category.dataset_id === row.id).map(toCategory),
  }
}

/** Data sets and their categories. */
export function createDatasetsRepo(db: Db) {
  const all = db.prepare<[], DatasetRow>(
    `SELECT * FROM dataset
     WHERE id NOT IN (SELECT dataset_id FROM incoming_run WHERE dataset_id IS NOT NULL) ORDER BY id`,
  )
  const allCategories = db.prepare<[], CategoryRow>(
    'SELECT * FROM category ORDER BY dataset_id, name',
  )
  const one = db.prepare<[number], DatasetRow>('SELECT * FROM dataset WHERE id = ?')
  const byName = db.prepare<[string], DatasetRow>('SELECT * FROM dataset WHERE name = ?')
  const categoriesOf = db.prepare<[number], CategoryRow>(
    'SELECT * FROM category WHERE dataset_id = ? ORDER BY name',
  )
  const insert = db.prepare(
    `INSERT INTO dataset (name, layout, root, fingerprint, samples, reading, created_at)
     VALUES (@name, @layout, @root, @fingerprint, @samples, @reading, @createdAt)`,
  )
  const putCategory = db.prepare(
    `INSERT INTO category (dataset_id, name, nominal_train, nominal_validation, nominal_test, defects)
     VALUES (@datasetId, @name, @nominalTrain, @nominalValidation, @nominalTest, @defects)
     ON CONFLICT (dataset_id, name) DO UPDATE SET nominal_train = excluded.nominal_train,
       nominal_validation = excluded.nominal_validation, nominal_test = excluded.nominal_test,
       defects = excluded.defects`,
  )
  const checkedAt = db
    .prepare<[number], number | null>('SELECT checked_at FROM dataset WHERE id = ?')
    .pluck()
  const setChecked = db.prepare('UPDATE dataset SET checked_at = ? WHERE id = ?')
  const setRoot = db.prepare('UPDATE dataset SET root = ? WHERE id = ?')
  const setFingerprint = db.prepare('UPDATE dataset SET fingerprint = ? WHERE id = ?')
  const setReading = db.prepare('UPDATE dataset SET reading = ? WHERE id = ?')
  const remove = db.prepare('DELETE FROM dataset WHERE id = ?')
  const complete = (row: DatasetRow | undefined) =>
    row ? toDataset(row, categoriesOf.all(row.id)) : null
  const putCategories = (datasetId: DatasetId, categories: readonly Category[]): void => {
    for (const category of categories) {
      putCategory.run({ ...category, datasetId, defects: JSON.stringify(category.defects) })
    }
  }

  return {
    list: (): readonly Dataset[] => {
      const categories = allCategories.all()
      return all.all().map((row) => toDataset(row, categories))
    },
    get: (id: DatasetId): Dataset | null => complete(one.get(id)),
    findByName: (name: string): Dataset | null => complete(byName.get(name)),
    /** To be called inside a transaction. */
    insert: ({ categories, samples, reading = {}, ...dataset }: NewDataset): DatasetId => {
      const row = {
        ...dataset,
        samples: samples && JSON.stringify(samples),
        reading: JSON.stringify(reading),
      }
      const datasetId = Number(insert.run(row).lastInsertRowid) as DatasetId
      putCategories(datasetId, categories)
      return datasetId
    },
    /** Sets the counts of categories, and adds those that are new. To be called inside a transaction. */
    putCategories,
    /** When all files were last looked at. */
    checkedAt: (id: DatasetId): number | null => checkedAt.get(id) ?? null,
    setChecked: (id: DatasetId, time: number): void => void setChecked.run(time, id),
    setRoot: (id: DatasetId, root: string): void => void setRoot.run(root, id),
    setFingerprint: (id: DatasetId, value: string): void => void setFingerprint.run(value, id),
    setReading: (id: DatasetId, reading: Reading): void =>
      void setReading.run(JSON.stringify(reading), id),
    remove: (id: DatasetId): void => void remove.run(id),
  }
}
