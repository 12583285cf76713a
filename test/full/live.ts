/** A live reconstruction as the window asks for it: `live.ts WORKSPACE RUN IMAGE`. Prints what it found. */
import path from 'node:path'
import type { ImageId, RunId } from '../../src/shared/core/ids.ts'
import type { BackgroundContract } from '../../src/shared/processes/background.ts'
import type { EngineContract } from '../../src/shared/processes/engine.ts'
import { childEnvironment } from '../../src/main/processes/child-environment.ts'
import { forkNode } from '../../src/main/processes/node-transport.ts'
import type { MethodsOf } from '../../src/main/processes/serve.ts'
import { Supervisor } from '../../src/main/processes/supervisor.ts'
import { childEntry } from '../../src/main/services/core/installation.ts'
import { openStudio } from '../../src/main/services/studio.ts'

const [workspace = '', run, image] = process.argv.slice(2)
const child = <C extends MethodsOf<C>>(name: 'engine' | 'background') =>
  new Supervisor<C>({ spawn: () => forkNode(childEntry(name), childEnvironment(process.env)) })
const studio = openStudio(path.resolve(workspace), {
  engine: child<EngineContract>('engine'),
  preview: child<EngineContract>('engine'),
  background: child<BackgroundContract>('background'),
})
let pictures = 0
studio.facts.on('preview.event', () => {
  pictures += 1
})
try {
  const runId = Number(run) as RunId
  const { reconstruction } = studio.runs.get(runId).config
  const { ratio, maxima } = await studio.previews.start({
    token: 1,
    runId,
    imageId: Number(image) as ImageId,
    checkpointId: null,
    reconstruction,
    steps: true,
  })
  process.stdout.write(JSON.stringify({ ratio, maxima, pictures }))
} finally {
  await studio.close()
}
