import path from 'node:path'
import { Supervisor } from '../../src/main/processes/supervisor.ts'
import {
  cardEnvironments,
  childEnvironment,
  withoutGpu,
} from '../../src/main/processes/child-environment.ts'
import { forkNode } from '../../src/main/processes/node-transport.ts'
import { childEntry } from '../../src/main/services/core/installation.ts'
import { openStudio } from '../../src/main/services/studio.ts'
import type { BackgroundContract } from '../../src/shared/processes/background.ts'
import type { EngineContract } from '../../src/shared/processes/engine.ts'

const engine = path.join(import.meta.dirname, 'children/engine.ts')

/**
 * A studio over a real workspace and real child processes, with an engine that needs no TensorFlow.
 * @param cards as `DDAD_CARDS` names them
 */
export function openTestStudio(folder: string, cards = '') {
  const env = childEnvironment(process.env)
  const engines = cardEnvironments(env, { DDAD_CARDS: cards }).map(
    (own) =>
      new Supervisor<EngineContract>({
        spawn: (without) => forkNode(engine, without ? withoutGpu(own) : own),
      }),
  )
  return openStudio(folder, {
    engine: engines[0]!,
    furtherCards: engines.slice(1),
    preview: new Supervisor<EngineContract>({ spawn: () => forkNode(engine, env) }),
    background: new Supervisor<BackgroundContract>({
      spawn: () => forkNode(childEntry('background'), env),
    }),
  })
}
