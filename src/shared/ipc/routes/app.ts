import { z } from 'zod'
import type { EngineInfo } from '../../processes/engine.ts'
import type { EngineFile } from '../../core/engine-file.ts'
import type { Health } from '../../core/health.ts'
import { route } from '../route.ts'
import type { Written } from './exchange.ts'

export interface AppInfo {
  readonly version: string
  readonly workspace: string
  readonly electron: string
  /** Null until the engine has answered. */
  readonly engine: EngineInfo | null
  /** What is missing and the command that fixes it; null when the engine works. */
  readonly engineProblem: string | null
  /** What an installed studio has still to fetch before it can train. */
  readonly missing: readonly EngineFile[]
  /** Made for testing only, with an Electron that is not for distribution. */
  readonly forTesting: boolean
  /** True while the workspace has neither data sets nor runs. */
  readonly empty: boolean
}

export const appRoutes = {
  /** What is wrong with the database or the workers; changes come as `health.changed`. */
  'app.health': route<Health>()(z.null()),
  /** Lets workers that have crashed too often start again. */
  'app.restartWorkers': route<null>()(z.null()),
  /** Asks for a place and saves what the open database holds there, also when its own file is gone. */
  'app.saveCopy': route<Written | null>()(z.null()),
  /** Fetches what is missing; progress and giving it up are those of exports. */
  'app.fetchEngine': route<null>()(z.null()),
  'app.info': route<AppInfo>()(z.null()),
  /** Makes the demo data set if needed and queues training, adaptation and evaluation of every category. */
  'app.startDemo': route<null>()(z.null()),
}
