/** What work says of where it came from; see `shared/core/origin.ts`. */
import type { DatasetId } from '../../../shared/core/ids.ts'
import type { MaskOrigin, RunOrigin } from '../../../shared/core/origin.ts'
import type { ImageEntry } from '../../../shared/datasets/dataset.ts'
import type { Run } from '../../../shared/runs/run.ts'
import type { Store } from '../../db/store.ts'
import { found } from './found.ts'

function datasetOrigin(store: Store, id: DatasetId): RunOrigin['dataset'] {
  const dataset = found(store.datasets.get(id), `data set ${id}`)
  const { name, layout, root, fingerprint } = dataset
  return { name, layout, root, fingerprint }
}

export function runOrigin(
  store: Store,
  { datasetId, category }: Pick<Run, 'datasetId' | 'category'>,
): RunOrigin {
  return { dataset: datasetOrigin(store, datasetId), category }
}

export function maskOrigin(
  store: Store,
  image: ImageEntry,
  version: MaskOrigin['version'],
): MaskOrigin {
  const { path, sha256, category, split, defectType, anomalous, width, height } = image
  return {
    dataset: datasetOrigin(store, image.datasetId),
    image: { path, sha256, category, split, defectType, anomalous, width, height },
    version,
  }
}
