import { createHash } from 'node:crypto'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { onTestFinished } from 'vitest'
import { presets } from '../../src/shared/config/presets.ts'
import type { DatasetId, RunId } from '../../src/shared/core/ids.ts'
import type { ScannedImage } from '../../src/shared/processes/background.ts'
import { openStore, type Store } from '../../src/main/db/store.ts'

/** A new folder that is removed after the test. */
export function temporaryFolder(): string {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'ddad-db-'))
  onTestFinished(() => fs.rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** An export that nobody watches or gives up. */
export const quiet = { signal: new AbortController().signal, onProgress: () => undefined }

/** A store on a real file, closed after the test. */
export function temporaryStore(file = path.join(temporaryFolder(), 'studio.db')): Store {
  const store = openStore(file)
  onTestFinished(() => store.close())
  return store
}

export function scannedImage(change: Partial<ScannedImage> & { path: string }): ScannedImage {
  return {
    category: 'bottle',
    split: 'train',
    defectType: 'good',
    anomalous: false,
    bytes: 100,
    modifiedAt: 1700000000000.25,
    sha256: createHash('sha256').update(change.path).digest('hex'),
    width: 64,
    height: 48,
    masks: [],
    ...change,
  }
}

const brokenMask = {
  path: 'bottle/ground_truth/broken/0_mask.png',
  bytes: 50,
  modifiedAt: 1700000000000,
  sha256: 'mask-0',
}

/** A data set of one category with three training and four test images, two of them defective. */
export function addDataset(store: Store, root: string, name = 'Bottles'): DatasetId {
  const images = [
    ...[0, 1, 2].map((n) => scannedImage({ path: `bottle/train/good/${n}.png` })),
    ...[0, 1].map((n) => scannedImage({ path: `bottle/test/good/${n}.png`, split: 'test' })),
    ...[0, 1].map((n) =>
      scannedImage({
        path: `bottle/test/broken/${n}.png`,
        split: 'test',
        defectType: 'broken',
        anomalous: true,
        masks: n === 0 ? [brokenMask] : [],
      }),
    ),
  ]
  return store.transaction(() => {
    const id = store.datasets.insert({
      name,
      layout: 'mvtec-ad',
      root,
      samples: null,
      fingerprint: 'f',
      createdAt: 1,
      categories: [
        {
          name: 'bottle',
          nominalTrain: 3,
          nominalValidation: 0,
          nominalTest: 2,
          defects: { broken: 2 },
        },
      ],
    })
    for (const image of images) {
      const imageId = store.images.insert(id, image)
      if (image.masks.length === 0) continue
      store.maskVersions.insert({
        imageId,
        version: 0,
        parentId: null,
        author: 'data set',
        reason: '',
        createdAt: 1,
        file: null,
        sha256: null,
      })
    }
    return id
  })
}

export function addRun(store: Store, datasetId: DatasetId): RunId {
  return store.runs.insert({
    name: 'bottle',
    datasetId,
    category: 'bottle',
    config: presets.tiny,
    datasetFingerprint: 'f',
    appVersion: '0',
    createdAt: 1,
  })
}
