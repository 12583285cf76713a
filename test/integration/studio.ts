import path from 'node:path'
import { Supervisor } from '../../src/main/processes/supervisor.ts'
import { childEnvironment, withoutGpu } from '../../src/main/processes/child-environment.ts'
import { forkNode } from '../../src/main/processes/node-transport.ts'
import { childEntry } from '../../src/main/services/core/installation.ts'
import { openStudio } from '../../src/main/services/studio.ts'
import type { BackgroundContract } from '../../src/shared/processes/background.ts'
import type { EngineContract } from '../../src/shared/processes/engine.ts'

const engine = path.join(import.meta.dirname, 'children/engine.ts')

/** A studio over a real workspace and real child processes, with an engine that needs no TensorFlow. */
export function openTestStudio(folder: string) {
  const env = childEnvironment(process.env)
  return openStudio(folder, {
    engine: new Supervisor<EngineContract>({
      spawn: (without) => forkNode(engine, without ? withoutGpu(env) : env),
    }),
    preview: new Supervisor<EngineContract>({ spawn: () => forkNode(engine, env) }),
    background: new Supervisor<BackgroundContract>({
      spawn: () => forkNode(childEntry('background'), env),
    }),
  })
}
