import { z } from 'zod'
import type { EngineInfo } from '../../processes/engine.ts'
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
  'app.info': route<AppInfo>()(z.null()),
  /** Makes the demo data set if needed and queues training, adaptation and evaluation of every category. */
  'app.startDemo': route<null>()(z.null()),
}
