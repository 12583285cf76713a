/** The pixels of an evaluation counted for resampling; kept in the cache until its maps or masks are others. */
import { createHash } from 'node:crypto'
import path from 'node:path'
import type { Evaluation, ImageResult } from '../../../shared/evaluation/evaluation.ts'
import { DdadError } from '../../../shared/errors.ts'
import type { BackgroundContract, StoredImage } from '../../../shared/processes/background.ts'
import type { Supervisor } from '../../processes/supervisor.ts'
import type { Files } from '../datasets/files.ts'
import type { Workspace } from '../core/workspace.ts'

/** Changes when what is counted does. */
const VERSION = 2

export function createPixelProfiles(
  { folder }: Workspace,
  files: Files,
  background: Supervisor<BackgroundContract>,
) {
  /**
   * The file of profiles, in the order of the results and with the masks that these were measured with. Null
   * when maps or masks are not here.
   */
  return async (
    { settings: { scoring } }: Evaluation,
    list: readonly ImageResult[],
  ): Promise<string | null> => {
    try {
      const masks = await files.masks(list.flatMap(({ maskVersionId }) => maskVersionId ?? []))
      const results = list.map(
        ({ id, anomalous, defectType, maskVersionId, ratio }): StoredImage => ({
          ...{ anomalous, defectType, ratio, maps: files.maps(id) },
          maskFile: maskVersionId === null ? null : masks.get(maskVersionId)!,
        }),
      )
      const { pixelWeight, crop } = scoring
      const place = (file: string | null) => file && path.relative(folder, file)
      const key = results.map(({ maps, maskFile, ratio }, index) => [
        place(maps),
        place(maskFile),
        ratio,
        list[index]?.score,
      ])
      const text = JSON.stringify([VERSION, pixelWeight, crop, key])
      const name = createHash('sha256').update(text).digest('hex')
      return await files.cached(
        `profiles/${name}.npy`,
        (destination) => background.call('pixelProfiles', { results, scoring, destination }).result,
      )
    } catch (error) {
      if (error instanceof DdadError && ['NOT_FOUND', 'BAD_FILE'].includes(error.code)) return null
      throw error
    }
  }
}

export type PixelProfilesOf = ReturnType<typeof createPixelProfiles>
