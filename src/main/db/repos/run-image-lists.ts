import { createHash } from 'node:crypto'
import { deflateSync, inflateSync } from 'node:zlib'
import type { RunId } from '../../../shared/core/ids.ts'
import type { SeenImage } from '../../../shared/datasets/image-diff.ts'
import type { Db } from '../open.ts'

/** The images that runs saw; equal lists are one row. */
export function createRunImageListsRepo(db: Db) {
  const add = db.prepare('INSERT OR IGNORE INTO run_image_list (digest, content) VALUES (?, ?)')
  const name = db.prepare('UPDATE run SET image_list = ? WHERE id = ?')
  const ofRun = db.prepare<[number], { content: Buffer }>(
    `SELECT content FROM run JOIN run_image_list ON run_image_list.digest = run.image_list
     WHERE run.id = ?`,
  )
  const prune = db.prepare(
    `DELETE FROM run_image_list
     WHERE NOT EXISTS (SELECT 1 FROM run WHERE run.image_list = run_image_list.digest)`,
  )
  const count = db.prepare<[], { lists: number }>('SELECT count(*) AS lists FROM run_image_list')
  return {
    /** Records what a run sees from now on. */
    put: db.transaction((id: RunId, images: readonly SeenImage[]): void => {
      const text = JSON.stringify(images)
      const digest = createHash('sha256').update(text).digest('hex')
      add.run(digest, deflateSync(text))
      name.run(digest, id)
    }),
    /** Null for a run that has not begun or is older than this record. */
    ofRun: (id: RunId): readonly SeenImage[] | null => {
      const row = ofRun.get(id)
      return row ? (JSON.parse(inflateSync(row.content).toString('utf8')) as SeenImage[]) : null
    },
    /** Lists that are kept, each once. */
    count: (): number => count.get()?.lists ?? 0,
    /** Removes lists that no run names any more. */
    prune: (): void => void prune.run(),
  }
}
