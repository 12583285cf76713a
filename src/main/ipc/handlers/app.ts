import { presets } from '../../../shared/config/presets.ts'
import type { EngineInfo } from '../../../shared/processes/engine.ts'
import { describeError } from '../../../shared/errors.ts'
import { appVersion, electronText, packaged } from '../../services/core/installation.ts'
import type { Studio } from '../../services/studio.ts'
import type { Dialogs } from '../dialogs.ts'
import type { RouteHandlers } from '../router.ts'

type AppHandlers = Pick<
  RouteHandlers,
  | 'app.info'
  | 'app.fetchEngine'
  | 'app.health'
  | 'app.restartWorkers'
  | 'app.saveCopy'
  | 'app.startDemo'
>

export function appHandlers(studio: Studio, save: Dialogs['save']): AppHandlers {
  let engine: EngineInfo | null = null
  let problem: string | null = null
  let asking: Promise<void> | null = null

  /** Asks the engine once, without keeping the window waiting for TensorFlow to load. */
  function ask(): void {
    asking ??= studio
      .engineInfo()
      .then(
        (info) => (engine = info),
        (error: unknown) => (problem = describeError(error).message),
      )
      .then(() => studio.facts.tell('engine.changed', null))
  }

  return {
    'app.health': studio.health.read,
    'app.restartWorkers': () => studio.health.restart(),
    'app.saveCopy': async () => {
      const file = await save('Save a copy of what is recorded', 'studio-copy.db', 'db')
      if (file === null) return null
      await studio.health.copyTo(file)
      return { place: file, files: 1 }
    },
    'app.fetchEngine': async () => {
      await studio.exports.run('Fetching TensorFlow and weights (MB)', studio.engineFiles.fetch)
      asking = null
      problem = null
      studio.facts.tell('engine.changed', null)
      return null
    },
    'app.info': async () => {
      const missing = await studio.engineFiles.missing()
      if (missing.length === 0) ask()
      return {
        missing,
        forTesting: packaged?.forTesting ?? false,
        version: appVersion(),
        workspace: studio.folder,
        electron: electronText(),
        engine,
        engineProblem:
          missing.length > 0 ? 'TensorFlow and weights are still to be fetched.' : problem,
        empty: studio.isEmpty(),
      }
    },
    'app.startDemo': async () => {
      await studio.demo.start([{ ...presets.tiny, seed: 0 }], (done, total) =>
        studio.facts.tell('import.progress', { token: 'demo', done, total }),
      )
      return null
    },
  }
}
