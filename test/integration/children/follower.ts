/** Works through all jobs of a workspace like `ddad`, with the test engine. Arguments: workspace. */
import { workThrough } from '../../../src/main/cli/follow.ts'
import { Output } from '../../../src/main/cli/output.ts'
import { surviveClosedStreams } from '../../../src/main/cli/signals.ts'
import { openTestStudio } from '../studio.ts'

surviveClosedStreams()
const [folder = ''] = process.argv.slice(2)
const studio = openTestStudio(folder)
const ids = studio.queue.list().map(({ id }) => id)
for (const { id, state } of studio.queue.list()) if (state === 'stopped') studio.queue.resume(id)
process.stderr.write('begins\n')
try {
  await workThrough(
    studio,
    ids.toSorted((a, b) => a - b),
    new Output(false),
  )
} finally {
  await studio.close()
}
