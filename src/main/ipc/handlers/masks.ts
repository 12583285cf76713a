import fs from 'node:fs'
import path from 'node:path'
import type { Studio } from '../../services/studio.ts'
import type { RouteHandlers } from '../router.ts'

type MaskHandlers = Pick<RouteHandlers, Extract<keyof RouteHandlers, `masks.${string}`>>

/** @param chooseFolder Opens the system's folder dialog; null when it was closed. */
export function maskHandlers(
  { masks, maskExport, datasets, exports }: Studio,
  chooseFolder: (title: string) => Promise<string | null>,
): MaskHandlers {
  return {
    'masks.open': ({ imageId }) => masks.open(imageId),
    'masks.journal': ({ imageId, baseId, at, bytes }) =>
      masks.journals.append(imageId, baseId, at, bytes),
    'masks.discard': ({ imageId }) => masks.journals.discard(imageId),
    'masks.unsaved': masks.unsaved,
    'masks.save': ({ imageId, baseId, parentId, checksum, ...change }) =>
      masks.save(imageId, baseId, parentId, checksum, change),
    'masks.revert': ({ versionId, ...change }) => masks.revert(versionId, change),
    'masks.impact': ({ evaluationId, imageId, before, after, threshold }) =>
      masks.impact(evaluationId, imageId, before, after, threshold),
    'masks.changedSince': ({ evaluationId }) => masks.changedSince(evaluationId),
    'masks.export': async ({ datasetId, kind }) => {
      const folder = await chooseFolder('Choose where to put the masks')
      if (folder === null) return null
      const dataset = datasets.get(datasetId)
      const name = `${dataset.name} ${kind === 'copy' ? 'corrected' : 'masks'}`
      return exports.run(`Masks of ${dataset.name}`, (context) =>
        maskExport.write(dataset, freshFolder(folder, name), kind, context),
      )
    },
  }
}

/** A folder of that name, or with a number behind it, that is not there yet. */
function freshFolder(parent: string, name: string): string {
  const safe = name.replace(/[<>:"/\\|?*\p{Cc}]/gu, '_')
  for (let number = 1; ; number++) {
    const folder = path.join(parent, number === 1 ? safe : `${safe} ${number}`)
    if (!fs.existsSync(folder)) return folder
  }
}
