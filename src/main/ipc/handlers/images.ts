import type { Studio } from '../../services/studio.ts'
import type { RouteHandlers } from '../router.ts'

type ImageHandlers = Pick<
  RouteHandlers,
  Extract<keyof RouteHandlers, `images.${string}` | `filters.${string}`>
>

export function imageHandlers({ datasets, files, imageLists }: Studio): ImageHandlers {
  return {
    'images.list': ({ query, fresh, offset, limit }) =>
      imageLists.page(query, fresh, offset, limit),
    'images.ids': ({ query, offset, limit }) => imageLists.ids(query, offset, limit),
    'images.place': ({ query, imageId }) => imageLists.place(query, imageId),
    'images.counts': ({ query }) => imageLists.counts(query),
    'images.get': async ({ imageId }) => {
      await files.notice(imageId)
      return datasets.image(imageId)
    },
    'filters.list': ({ datasetId }) => imageLists.savedFilters(datasetId),
    'filters.save': ({ datasetId, name, view }) => imageLists.saveFilter(datasetId, name, view),
    'filters.remove': ({ savedFilterId }) => imageLists.removeFilter(savedFilterId),
  }
}
