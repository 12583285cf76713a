import { createHash } from 'node:crypto'
import { deflateSync, inflateSync } from 'node:zlib'
import type { EvaluationId, RunId } from '../../../shared/core/ids.ts'
import type { SeenImage } from '../../../shared/datasets/image-diff.ts'
import type { Db } from '../open.ts'

/** Images by content, as a run, its evaluations and sweeps see them; equal lists are one row. */
export function createRunImageListsRepo(db: Db) {
  const add = db.prepare('INSERT OR IGNORE INTO run_image_list (digest, content) VALUES (?, ?)')
  /** The list that a column of a table's row names. */
  function named<Id extends number>(table: 'run' | 'evaluation' | 'sweep', column: string) {
    const name = db.prepare(`UPDATE ${table} SET ${column} = ? WHERE id = ?`)
    const find = db.prepare<[number], { content: Buffer }>(
      `SELECT content FROM ${table} JOIN run_image_list ON digest = ${column} WHERE id = ?`,
    )
    return {
      put: db.transaction((id: Id, images: readonly SeenImage[]): void => {
        const text = JSON.stringify(
          images.map(({ path, split, defectType, sha256 }) => ({
            path,
            split,
            defectType,
            sha256,
          })),
        )
        const digest = createHash('sha256').update(text).digest('hex')
        add.run(digest, deflateSync(text))
        name.run(digest, id)
      }),
      get: (id: Id): readonly SeenImage[] | null => {
        const row = find.get(id)
        return row ? (JSON.parse(inflateSync(row.content).toString('utf8')) as SeenImage[]) : null
      },
    }
  }
  const ofRun = named<RunId>('run', 'image_list')
  const prune = db.prepare(
    `DELETE FROM run_image_list WHERE
       NOT EXISTS (SELECT 1 FROM run WHERE image_list = digest)
       AND NOT EXISTS (SELECT 1 FROM run WHERE calibration_list = digest)
       AND NOT EXISTS (SELECT 1 FROM evaluation WHERE image_list = digest)
       AND NOT EXISTS (SELECT 1 FROM sweep WHERE image_list = digest)`,
  )
  const count = db.prepare<[], { lists: number }>('SELECT count(*) AS lists FROM run_image_list')
  return {
    /** Records what a run sees from now on. */
    put: ofRun.put,
    /** Null for a run that has not begun or is older than this record. */
    ofRun: ofRun.get,
    /** What scores of a run are calibrated on. */
    calibration: named<RunId>('run', 'calibration_list'),
    evaluation: named<EvaluationId>('evaluation', 'image_list'),
    sweep: named<number>('sweep', 'image_list'),
    /** Lists that are kept, each once. */
    count: (): number => count.get()?.lists ?? 0,
    /** Removes lists that nothing names any more. */
    prune: (): void => void prune.run(),
  }
}
