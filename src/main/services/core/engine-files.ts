/** TensorFlow's library and the weights: the set-up's in a checkout; of an installed studio, bundled or fetched once. */
import fs from 'node:fs'
import path from 'node:path'
import { isComplete } from '../../../provision/artefact.mjs'
import {
  engineArtefacts,
  missingArtefacts,
  tensorflowArtefact,
} from '../../../provision/engine.mjs'
import { cacheRoot } from '../../../provision/files.mjs'
import type { BackgroundContract } from '../../../shared/processes/background.ts'
import type { EngineFile } from '../../../shared/core/engine-file.ts'
import type { Supervisor } from '../../processes/supervisor.ts'
import type { ExportContext } from '../exchange/exports.ts'
import type { Facts } from './facts.ts'
import { bundledEngine, packaged } from './installation.ts'

/** Downloads of an installed studio lie apart from those of checkouts, so that removing it can remove them. */
const downloads = (env: NodeJS.ProcessEnv = process.env): string =>
  packaged ? path.join(cacheRoot(env), 'package') : cacheRoot(env)

/** The folder of something that was fetched, by its name in the cache. */
export function artefactFolder(name: string, env: NodeJS.ProcessEnv = process.env): string {
  const bundled = path.join(bundledEngine, name)
  return packaged && isComplete(bundled) ? bundled : path.join(downloads(env), name)
}

/** What children of an installed studio are told: where the library is. */
export function packagedEnvironment(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  if (!packaged) return {}
  // A bundled library for processors serves until the one for the graphics card has been fetched.
  const names = [...engineArtefacts(env), tensorflowArtefact('cpu')].map(({ folder }) => folder)
  const folders = names
    .filter((name) => name.startsWith('tensorflow'))
    .map((name) => artefactFolder(name, env))
  const library = path.join(folders.find(isComplete) ?? folders[0] ?? '', 'tensorflow')
  const others = env['LD_LIBRARY_PATH']
  return { LD_LIBRARY_PATH: others ? `${library}${path.delimiter}${others}` : library }
}

export function createEngineFiles(
  facts: Facts,
  background: Supervisor<BackgroundContract>,
  engines: readonly { release(): void }[],
) {
  let fetching: Promise<void> | null = null

  async function missing(): Promise<readonly EngineFile[]> {
    if (!packaged || fs.existsSync(bundledEngine)) return []
    const artefacts = await missingArtefacts(downloads())
    return artefacts.map(({ label, bytes }) => ({ label, bytes }))
  }

  async function fetchAll({ signal, onProgress }: ExportContext): Promise<void> {
    const root = downloads()
    const megabytes = (bytes: number) => Math.round(bytes / 1e6)
    const call = background.call('fetchEngine', { root }, ({ done, total }) =>
      onProgress(megabytes(done), megabytes(total)),
    )
    const cancel = (): void => call.end('cancel')
    signal.addEventListener('abort', cancel)
    try {
      await call.result
    } finally {
      signal.removeEventListener('abort', cancel)
    }
    // An engine that started without the library does not find it any more.
    for (const engine of engines) engine.release()
    facts.tell('engine.changed', null)
  }

  return {
    /** What is still to be fetched before the engine can work; nothing in a checkout. */
    missing,
    /** Fetches it, once however often it is asked for. What has arrived is kept when it is given up. */
    fetch: (context: ExportContext): Promise<void> => {
      fetching ??= fetchAll(context).finally(() => (fetching = null))
      return fetching
    },
  }
}
