/** Ready-made configurations: DDAD's published settings per category, and a tiny one for machines without a GPU. */
import type { DatasetLayout } from '../datasets/dataset.ts'
import { published, type Family } from './published.ts'
import type { ModelConfig, RunConfig } from './run-config.ts'

const multipliers: Readonly<Record<ModelConfig['imageSize'], readonly number[]>> = {
  256: [1, 1, 2, 2, 4, 4],
  128: [1, 1, 2, 3, 4],
  64: [1, 2, 3, 4],
  32: [1, 2, 3, 4],
}

/**
 * The reference network at an image size. Base 64 is DDAD (4 heads, no dropout), base 32 is DDAD-S
 * (2 heads, dropout 0.3).
 */
export function modelFor(imageSize: ModelConfig['imageSize'], baseChannels: 32 | 64): ModelConfig {
  const small = baseChannels === 32
  return {
    imageSize,
    baseChannels,
    multipliers: [...multipliers[imageSize]],
    blocksPerLevel: 2,
    attentionAt: [32, 16, 8],
    heads: small ? 2 : 4,
    groups: 32,
    dropout: small ? 0.3 : 0,
  }
}

const ddad: RunConfig = {
  method: 'ddad',
  preset: 'ddad',
  seed: 42,
  model: modelFor(256, 64),
  training: {
    epochs: 2000,
    batchSize: 32,
    microBatch: 8,
    learningRate: 3e-4,
    weightDecay: 0.05,
    emaDecay: null,
    checkpointEverySteps: 500,
  },
  extractor: 'resnet50-keras',
  adaptation: {
    epochs: 4,
    batchSize: 16,
    learningRate: 1e-4,
    weightDecay: 0.01,
    distillationWeight: 0.1,
    guidanceWeight: 3,
  },
  reconstruction: {
    startStep: 250,
    skip: 25,
    guidanceWeight: 4,
    eta: 1,
    start: 'compatible',
    noiseSeed: 42,
  },
  scoring: { pixelWeight: 1, blurSigma: 4, normalisation: 'calibrated', crop: true },
  evaluationBatch: 16,
}

const ddadSmall: RunConfig = {
  ...ddad,
  preset: 'ddad-s',
  model: modelFor(256, 32),
  training: { ...ddad.training, batchSize: 16, microBatch: 16 },
}

/**
 * Trains in two minutes on two processor cores: to try the studio, and for its own tests. So short a training
 * leaves features of reconstructions unlike those of photographs, which is why pixels weigh as in VisA; five
 * passes reach T′. Settled on nominal pictures, see docs/datasets.md.
 */
const tiny: RunConfig = {
  ...ddad,
  preset: 'tiny',
  model: {
    imageSize: 64,
    baseChannels: 16,
    multipliers: [1, 2, 2],
    blocksPerLevel: 1,
    attentionAt: [16],
    heads: 2,
    groups: 16,
    dropout: 0,
  },
  training: {
    ...ddad.training,
    epochs: 20,
    learningRate: 1e-3,
    batchSize: 8,
    microBatch: 8,
    checkpointEverySteps: 100,
  },
  adaptation: { ...ddad.adaptation, epochs: 1, batchSize: 32 },
  reconstruction: { ...ddad.reconstruction, skip: 50, guidanceWeight: 2 },
  scoring: { ...ddad.scoring, pixelWeight: 7, blurSigma: 2.5 },
}

/**
 * PatchCore on whole pictures of 256 pixels with 1 % of the patches, one of the authors' settings: minutes on a processor,
 * without any training. `patchcore-10` is their main one.
 */
const patchcore: RunConfig = {
  ...ddad,
  method: 'patchcore',
  preset: 'patchcore',
  adaptation: { ...ddad.adaptation, epochs: 0 },
  scoring: { ...ddad.scoring, pixelWeight: 0, crop: false },
  evaluationBatch: 8,
  patchcore: { share: 0.01, neighbours: 1 },
}

/** VisA weighs pixels more and distils less; two categories adapt in smaller batches. */
const families: Readonly<Record<Family, (category: string) => RunConfig>> = {
  mvtec: () => ddad,
  visa: (category) => ({
    ...ddad,
    adaptation: {
      ...ddad.adaptation,
      batchSize: category === 'macaroni2' || category === 'pcb1' ? 16 : 32,
      distillationWeight: 0.01,
    },
    scoring: { ...ddad.scoring, pixelWeight: category === 'cashew' ? 1 : 7 },
    evaluationBatch: 32,
  }),
}

function categoryPreset(family: Family, category: string): RunConfig {
  const config = families[family](category)
  const { epochs, adaptationEpochs, guidanceWeight } = published[family][category]!
  return {
    ...config,
    preset: `${family}/${category}`,
    training: { ...config.training, epochs },
    adaptation: { ...config.adaptation, epochs: adaptationEpochs },
    reconstruction: { ...config.reconstruction, guidanceWeight },
  }
}

/** `tiny`, `ddad`, `ddad-s`, `patchcore`, `patchcore-10`, `mvtec/<category>` and `visa/<category>`. */
export const presets: Readonly<Record<string, RunConfig>> &
  Readonly<Record<'tiny' | 'ddad' | 'ddad-s' | 'patchcore', RunConfig>> = {
  tiny,
  ddad,
  'ddad-s': ddadSmall,
  patchcore,
  'patchcore-10': {
    ...patchcore,
    preset: 'patchcore-10',
    patchcore: { share: 0.1, neighbours: 1 },
  },
  ...Object.fromEntries(
    (Object.keys(published) as Family[]).flatMap((family) =>
      Object.keys(published[family]).map((category) => [
        `${family}/${category}`,
        categoryPreset(family, category),
      ]),
    ),
  ),
}

/** The preset for a category: the published one where there is one, DDAD's defaults otherwise. */
export function presetFor(layout: DatasetLayout, category: string): RunConfig {
  const family = layout === 'visa' || layout === 'visa-1cls' ? 'visa' : 'mvtec'
  const known = layout === 'mvtec-ad' || family === 'visa'
  return (known ? presets[`${family}/${category}`] : undefined) ?? ddad
}
