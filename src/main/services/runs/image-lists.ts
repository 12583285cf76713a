/** Ordered lists of images: what a filter and a sort let through, page by page, and where an image is in it. */
import type { DatasetId, EvaluationId, ImageId, SavedFilterId } from '../../../shared/core/ids.ts'
import { DdadError } from '../../../shared/errors.ts'
import { setImmediate } from 'node:timers/promises'
import {
  filterSets,
  type FilterCounts,
  type ImagePage,
  type ImagePlace,
  type ImageQuery,
  type ImageView,
  type SavedFilter,
} from '../../../shared/ipc/routes/images.ts'
import type { Workspace } from '../core/workspace.ts'

/** Lists kept at a time; one of 100,000 images takes less than a megabyte. */
const KEPT = 8

interface ImageList {
  readonly ids: readonly ImageId[]
  /** Positions by id, made when first asked for. */
  positions: ReadonlyMap<ImageId, number> | null
}

/** @param compareMasks Brings stored overlaps of masks and maps up to date before a sort by them. */
export function createImageLists(
  { store }: Workspace,
  compareMasks: (evaluationId: EvaluationId) => Promise<void>,
) {
  const lists = new Map<string, Promise<ImageList>>()

  async function prepare(query: ImageQuery): Promise<void> {
    const { sort, evaluationId, baselineId, filter } = query
    const byScore = filter.minScore !== undefined || filter.maxScore !== undefined
    if ((sort !== 'name' || byScore) && evaluationId === undefined) {
      throw new DdadError('INVALID_INPUT', 'Choose an evaluation to filter or sort by its scores.')
    }
    if (sort === 'score-change' && baselineId === undefined) {
      throw new DdadError('INVALID_INPUT', 'Choose the evaluation that scores are compared with.')
    }
    if (evaluationId !== undefined && (sort === 'anomaly-area' || sort === 'surprise')) {
      await compareMasks(evaluationId)
    }
  }

  async function make(query: ImageQuery): Promise<ImageList> {
    await prepare(query)
    return { ids: store.imageLists.ids(query), positions: null }
  }

  /** The list of a query; it keeps its order until it is asked for afresh. */
  function listOf(query: ImageQuery, fresh: boolean): Promise<ImageList> {
    const key = JSON.stringify(query)
    const known = fresh ? undefined : lists.get(key)
    const list = known ?? make(query)
    lists.delete(key)
    lists.set(key, list)
    list.catch(() => lists.delete(key))
    for (const oldest of [...lists.keys()].slice(0, -KEPT)) lists.delete(oldest)
    return list
  }

  return {
    /** @throws {DdadError} INVALID_INPUT when the sort needs an evaluation that the query does not name. */
    page: async (
      query: ImageQuery,
      fresh: boolean,
      offset: number,
      limit: number,
    ): Promise<ImagePage> => {
      const { ids } = await listOf(query, fresh)
      const { evaluationId, baselineId } = query
      const shown = ids.slice(offset, offset + limit)
      return { total: ids.length, images: store.imageLists.page(shown, evaluationId, baselineId) }
    },
    ids: async (query: ImageQuery, offset: number, limit: number): Promise<readonly ImageId[]> =>
      (await listOf(query, false)).ids.slice(offset, offset + limit),
    /** Where an image is, and which are before and after it. */
    place: async (query: ImageQuery, imageId: ImageId): Promise<ImagePlace> => {
      const list = await listOf(query, false)
      const { ids } = list
      list.positions ??= new Map(ids.map((id, index) => [id, index]))
      const position = list.positions.get(imageId) ?? -1
      const previous = position < 0 ? null : (ids[position - 1] ?? null)
      const next = position < 0 ? null : (ids[position + 1] ?? null)
      return { total: ids.length, position, previous, next }
    },
    /** How many images each value of the filter's sets would let through, beside the filter's other parts. */
    counts: async (query: ImageQuery): Promise<FilterCounts> => {
      await prepare(query)
      const counts: [string, Readonly<Record<string, number>>][] = []
      for (const key of filterSets) {
        counts.push([key, store.imageLists.counts(query, key)])
        // A set of 100,000 images takes tens of milliseconds.
        await setImmediate()
      }
      return Object.fromEntries(counts) as FilterCounts
    },
    savedFilters: (datasetId: DatasetId): readonly SavedFilter[] =>
      store.savedFilters.list(datasetId),
    saveFilter: (datasetId: DatasetId, name: string, view: ImageView): SavedFilter =>
      store.savedFilters.put(datasetId, name, view, Date.now()),
    removeFilter: (id: SavedFilterId): void => store.savedFilters.remove(id),
  }
}
