import { execFile } from 'node:child_process'
import path from 'node:path'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'
import { addDataset, addRun, temporaryFolder, temporaryStore } from './support.ts'

const run = promisify(execFile)
const claimer = path.join(import.meta.dirname, 'children/claimer.ts')

it('gives every job to exactly one of two processes', async () => {
  const file = path.join(temporaryFolder(), 'studio.db')
  const store = temporaryStore(file)
  const runId = addRun(store, addDataset(store, '/data'))
  const ids = store.transaction(() =>
    Array.from({ length: 120 }, () =>
      store.jobs.insert({
        kind: 'train',
        runId,
        evaluationId: null,
        afterId: null,
        title: 't',
        createdAt: 1,
      }),
    ),
  )
  const outputs = await Promise.all([1, 2].map(() => run(process.execPath, [claimer, file])))
  const claimed = outputs.map(({ stdout }) => JSON.parse(stdout) as number[])
  expect(claimed.flat().sort((left, right) => left - right)).toEqual(ids)
})
