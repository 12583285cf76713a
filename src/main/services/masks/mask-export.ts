/** Masks for other programs: in the data set's own convention, or a corrected copy of the data set. */
import path from 'node:path'
import type { Dataset } from '../../../shared/datasets/dataset.ts'
import type { MaskExport, MaskExportKind } from '../../../shared/masks/mask-version.ts'
import { DdadError } from '../../../shared/errors.ts'
import type { BackgroundContract } from '../../../shared/processes/background.ts'
import type { ExportedMask } from '../../../shared/processes/exports.ts'
import type { Supervisor } from '../../processes/supervisor.ts'
import { withinExport, type ExportContext } from '../exchange/exports.ts'
import type { Files } from '../datasets/files.ts'
import type { Workspace } from '../core/workspace.ts'
import { writingTo } from '../core/writings.ts'

export function createMaskExport(
  workspace: Workspace,
  files: Files,
  background: Supervisor<BackgroundContract>,
) {
  const { store } = workspace

  function exportedMasks(dataset: Dataset, kind: MaskExportKind): ExportedMask[] {
    const masks: ExportedMask[] = []
    for (const { name } of dataset.categories) {
      for (const image of store.images.ofCategory(dataset.id, name)) {
        const { id, maskStatus, maskVersionId, width, height } = image
        const edited = maskStatus === 'corrected'
        if (!edited && (kind === 'corrected' || maskStatus !== 'original')) continue
        masks.push({
          imagePath: image.path,
          originals: store.images.maskFiles(id).map((file) => file.path),
          corrected: edited && maskVersionId !== null ? files.maskSource(maskVersionId) : null,
          size: { width, height },
        })
      }
    }
    return masks
  }

  return {
    /**
     * Exports into a new or empty folder outside the data set: all of it or nothing.
     * @throws DdadError CONFLICT when nothing was corrected and only corrections are wanted, CANCELLED when given
     * up.
     */
    write: async (
      dataset: Dataset,
      destination: string,
      kind: MaskExportKind,
      { signal, onProgress }: ExportContext,
    ): Promise<MaskExport> => {
      const masks = exportedMasks(dataset, kind)
      if (kind === 'corrected' && masks.length === 0) {
        throw new DdadError('CONFLICT', `No mask of ${dataset.name} was corrected.`)
      }
      const input = {
        layout: dataset.layout,
        root: dataset.root,
        destination: path.resolve(destination),
        copy: kind === 'copy',
        masks,
      }
      return writingTo(workspace, destination, () => {
        const tell = (event: { done: number; total: number }) => onProgress(event.done, event.total)
        return withinExport(background.call('exportMasks', input, tell), signal)
      })
    },
  }
}
