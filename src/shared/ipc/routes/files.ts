import { z } from 'zod'
import type {
  Accepted,
  AdditionReport,
  FileReport,
  RelinkReport,
} from '../../datasets/file-check.ts'
import type { ImageId } from '../../core/ids.ts'
import { datasetId, evaluationId } from '../ids.ts'
import { route } from '../route.ts'
import { folderToken } from './datasets.ts'

const ofDataset = z.strictObject({ datasetId })

/** Files of data sets that have vanished or changed since the import. Progress comes as `files.progress`. */
export const fileRoutes = {
  /** Looks at size and time of every file, and for new ones by name, unless that was just done. */
  'files.look': route<null>()(ofDataset),
  /** Looks at every file; with `contents` each one is read. */
  'files.check': route<FileReport>()(z.strictObject({ datasetId, contents: z.boolean() })),
  /** Ends a check or a search; what was found by then is kept. */
  'files.cancel': route<null>()(ofDataset),
  'files.report': route<FileReport>()(ofDataset),
  /** Takes changed content as the data set's from now on. */
  'files.accept': route<Accepted>()(ofDataset),
  'files.ignore': route<null>()(z.strictObject({ datasetId, ignored: z.boolean() })),
  /** Asks for the folder where the files are now and looks for them there. Null when the dialog was closed. */
  'files.relink': route<RelinkReport | null>()(ofDataset),
  /** Relinks to a folder that was chosen or dropped for an import, and stores it. */
  'files.relinkTo': route<RelinkReport>()(z.strictObject({ datasetId, token: folderToken })),
  /** Stores what was found. */
  'files.applyRelink': route<RelinkReport>()(ofDataset),
  /** Images and masks that came into the folder after the import, by the last look. */
  'files.newCount': route<number>()(ofDataset),
  /** Reads what came; nothing is stored. */
  'files.inspectNew': route<AdditionReport>()(ofDataset),
  /** Adds what was read to the data set. */
  'files.addNew': route<AdditionReport>()(ofDataset),
  /** Images that an evaluation has seen with another content than is on record. */
  'files.changedSince': route<readonly { readonly imageId: ImageId; readonly path: string }[]>()(
    z.strictObject({ evaluationId }),
  ),
}
