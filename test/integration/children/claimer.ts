/** Claims jobs as fast as it can until none is left; prints the ids it got. Arguments: database. */
import { openStore } from '../../../src/main/db/store.ts'
import { thisProcess } from '../../../src/main/services/core/owner.ts'

const [file = ''] = process.argv.slice(2)
const store = openStore(file)
const owner = thisProcess()
const mine: number[] = []
while (store.jobs.list().some(({ state }) => state === 'queued' || state === 'running')) {
  const job = store.transaction(() =>
    store.jobs.claim(owner, Date.now(), { lane: 'device', card: 0 }, null),
  )
  if (!job) continue
  mine.push(job.id)
  store.jobs.settle(job.id, { state: 'finished', error: null }, Date.now())
}
store.close()
process.stdout.write(JSON.stringify(mine))
