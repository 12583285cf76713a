/** Anomaly maps for other programs: one float file per image, in the layout of MVTec's evaluation code. */
import path from 'node:path'
import type { EvaluationId } from '../../../shared/core/ids.ts'
import { defaultThreshold } from '../../../shared/metrics/default-threshold.ts'
import type { BackgroundContract } from '../../../shared/processes/background.ts'
import type { MapsExport } from '../../../shared/processes/exports.ts'
import type { Supervisor } from '../../processes/supervisor.ts'
import type { Evaluations } from '../evaluation/evaluations.ts'
import { withinExport, type ExportContext } from './exports.ts'
import type { Workspace } from '../core/workspace.ts'
import { writingTo } from '../core/writings.ts'

export interface MapsRequest {
  readonly format: MapsExport['format']
  /** At the photographs' own size, as MVTec's evaluation wants them, or as the network made them. */
  readonly size: 'original' | 'network'
}

export interface ExportedMaps {
  readonly folder: string
  readonly files: number
  readonly bytes: number
}

export function createMapExports(
  workspace: Workspace,
  evaluations: Evaluations,
  background: Supervisor<BackgroundContract>,
) {
  const { store, resolve } = workspace
  /**
   * Writes `<folder>/<category>/test/<defect type>/<image>.tiff` (or `.npy`) for every scored image, and
   * `<folder>/<category>/maps.json` with settings, threshold and scores.
   * @throws {DdadError} when a stored map is missing or damaged, CANCELLED when given up; nothing is written then.
   */
  async function write(
    id: EvaluationId,
    folder: string,
    { format, size }: MapsRequest,
    { signal, onProgress }: ExportContext,
  ): Promise<ExportedMaps> {
    const evaluation = evaluations.get(id)
    const { category, settings } = evaluation
    const results = evaluations.results(id)
    const names = new Set<string>()
    const root = path.resolve(folder)
    const entries = results.map((result) => {
      const name = freeName(names, [category, 'test', result.defectType, stem(result.path)])
      const image = store.images.get(result.imageId)
      const files = store.imageResults.files(result.id)
      const own = size === 'original' && image ? { width: image.width, height: image.height } : {}
      const file = `${name}.${format}`
      const item = {
        maps: resolve(files?.maps ?? ''),
        ratio: result.ratio,
        ...own,
        name: file,
      }
      return { item, file, result }
    })
    const threshold = defaultThreshold(evaluation, results)
    const description = {
      evaluation: id,
      category,
      settings,
      threshold: threshold?.value ?? null,
      thresholdRule: threshold?.rule ?? null,
      maps: entries.map(({ file, result }) => ({
        file,
        image: result.path,
        defectType: result.defectType,
        score: result.score,
      })),
    }
    const text = `${JSON.stringify(description, null, 2)}\n`
    const input: MapsExport = {
      root,
      items: entries.map(({ item }) => item),
      pixelWeight: settings.scoring.pixelWeight,
      format,
      description: { name: `${segment(category)}/maps.json`, text },
    }
    const { bytes } = await writingTo(workspace, root, () => {
      const tell = (event: { done: number; total: number }) => onProgress(event.done, event.total)
      return withinExport(background.call('exportMaps', input, tell), signal)
    })
    return { folder: root, files: entries.length, bytes }
  }

  return { write }
}

const stem = (file: string): string => path.posix.parse(file).name

/** A name that is one folder or file on every system. */
function segment(name: string): string {
  const safe = name.replace(/[<>:"/\\|?*\u0000-\u001f]/g, '_').replace(/[. ]+$/, '')
  return safe === '' ? '_' : safe
}

/** Joins the parts; a name that is taken, in whatever case, gets a number. */
function freeName(taken: Set<string>, parts: readonly string[]): string {
  const wanted = parts.map(segment).join('/')
  let name = wanted
  for (let number = 2; taken.has(name.toLowerCase()); number++) name = `${wanted}-${number}`
  taken.add(name.toLowerCase())
  return name
}
