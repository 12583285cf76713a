/** How a data set is read, changed after its import: value range and split, and what the split lets slip. */
import { countCategories } from '../../../shared/datasets/categories.ts'
import type { Dataset, ImageEntry } from '../../../shared/datasets/dataset.ts'
import type { NearDuplicates } from '../../../shared/datasets/near-duplicates.ts'
import type { ReadingExample, SplitRule } from '../../../shared/datasets/reading.ts'
import type { SampleRange } from '../../../shared/datasets/sample-range.ts'
import { previewSplit, splitByGroup, type SplitPreview } from '../../../shared/datasets/split.ts'
import type { DatasetId } from '../../../shared/core/ids.ts'
import { DdadError } from '../../../shared/errors.ts'
import type { BackgroundContract } from '../../../shared/processes/background.ts'
import type { Supervisor } from '../../processes/supervisor.ts'
import type { Call } from '../../processes/client.ts'
import type { Facts } from '../core/facts.ts'
import type { Workspace } from '../core/workspace.ts'
import type { Datasets } from './datasets.ts'
import type { Examples } from './examples.ts'
import type { Files } from './files.ts'

/** Images that a range is shown by. */
const SHOWN = 4

export function createReadings(
  { store }: Workspace,
  facts: Facts,
  { datasets, examples, files }: { datasets: Datasets; examples: Examples; files: Files },
  background: Supervisor<BackgroundContract>,
) {
  const searches = new Map<DatasetId, Call<BackgroundContract['nearDuplicates']['output']>>()

  function change({ id, reading }: Dataset, changed: Dataset['reading']): Dataset {
    store.datasets.setReading(id, { ...reading, ...changed })
    facts.tell('datasets.changed', null)
    return datasets.get(id)
  }

  /**
   * Records on which side every image is from now on.
   * @throws {DdadError} INVALID_INPUT where a category would have nothing to learn from
   */
  function deal(dataset: Dataset, dealt: readonly ImageEntry[], split: SplitRule | undefined) {
    const images = store.images.ofDataset(dataset.id)
    const before = new Map(images.map((image) => [image.id, image.split]))
    const categories = countCategories(dealt)
    const empty = categories.find((category) => {
      const was = dataset.categories.find(({ name }) => name === category.name)
      return category.nominalTrain === 0 && (was?.nominalTrain ?? 0) > 0
    })
    if (empty) {
      throw new DdadError(
        'INVALID_INPUT',
        `${empty.name} would have no training image. Nothing was changed; choose a smaller share or a pattern that makes more groups.`,
      )
    }
    store.transaction(() => {
      for (const image of dealt) {
        if (before.get(image.id) !== image.split) store.images.setSplit(image.id, image.split)
      }
      store.datasets.putCategories(dataset.id, categories)
      store.datasets.setReading(dataset.id, { ...dataset.reading, split })
    })
    facts.tell('datasets.changed', null)
    return datasets.get(dataset.id)
  }

  /** Some images of the kinds that hold more than 8 bits, evenly over the data set. */
  function wideImages({ id }: Dataset): readonly ImageEntry[] {
    const wide = store.images.ofDataset(id).filter(({ path }) => /\.(png|tiff?)$/i.test(path))
    const places = Array.from({ length: SHOWN }, (_, i) => Math.floor((i * wide.length) / SHOWN))
    return [...new Set(places)].flatMap((place) => wide[place] ?? [])
  }

  return {
    /** Pictures of the data set as they would be read; null: as was found at the import. */
    previewRange: (dataset: Dataset, range: SampleRange | null): readonly ReadingExample[] =>
      examples.put(
        `range ${dataset.id}`,
        dataset.root,
        wideImages(dataset).map(({ path: image, orientation }) => ({
          ...{ image, masks: [], as: image, void: 'left-out' as const },
          turned: orientation > 1,
        })),
        range ?? dataset.foundSamples,
      ),
    /** Reads every image from another range from now on; null: as was found at the import. */
    setRange: (dataset: Dataset, range: SampleRange | null): Dataset =>
      change(dataset, { samples: range ?? undefined }),
    previewSplit: ({ id }: Dataset, rule: SplitRule): SplitPreview =>
      previewSplit(store.images.ofDataset(id), rule),
    /**
     * Deals the good images out anew. Runs keep the training images that they began with.
     * @throws {DdadError} INVALID_INPUT where a category would have nothing to learn from
     */
    setSplit: (dataset: Dataset, split: SplitRule): Dataset =>
      deal(dataset, splitByGroup(store.images.ofDataset(dataset.id), split), split),
    /**
     * Gives every good image the side again that its folder gives it; files that are gone keep theirs.
     * @throws {DdadError} NOT_FOUND when the folder is missing, CONFLICT when it has another layout now
     */
    undoSplit: async (dataset: Dataset): Promise<Dataset> => {
      const { id, root, layout, reading } = dataset
      const found = await background.call('folderSplits', { root, layout, reading }).result
      const splits = new Map(found.map(({ path, split }) => [path, split]))
      const images = store.images.ofDataset(id).map((image) => ({
        ...image,
        // A defect is tested, wherever it lies.
        split: (image.anomalous ? undefined : splits.get(image.path)) ?? image.split,
      }))
      return deal(datasets.get(id), images, undefined)
    },
    /**
     * Test images that look nearly like a good training image of their category, the nearest first.
     * @throws {DdadError} CANCELLED; NOT_FOUND or BAD_FILE naming a file.
     */
    nearDuplicates: async (
      { id }: Dataset,
      onProgress: (done: number, total: number) => void,
    ): Promise<NearDuplicates> => {
      searches.get(id)?.end('cancel')
      const images = store.images
        .ofDataset(id)
        .filter(({ split, anomalous }) => split === 'test' || (split === 'train' && !anomalous))
      const input = images.map((image) => ({
        file: files.original(image.id),
        category: image.category,
        trained: image.split === 'train',
      }))
      const call = background.call('nearDuplicates', { images: input }, ({ done, total }) =>
        onProgress(done, total),
      )
      searches.set(id, call)
      try {
        const { pairs, total } = await call.result
        const named = (place: number) => {
          const { id: imageId, path, sha256 } = images[place]!
          return { imageId, path, sha256 }
        }
        return {
          total,
          looked: images.length,
          pairs: pairs.map(({ test, train, distance }) => ({
            test: named(test),
            train: named(train),
            distance,
          })),
        }
      } finally {
        if (searches.get(id) === call) searches.delete(id)
      }
    },
    endSearch: (id: DatasetId): void => searches.get(id)?.end('cancel'),
  }
}
