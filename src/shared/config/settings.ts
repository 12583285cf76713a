/** What each setting of a run means: the form, the comparison of configurations and the manual read it. */
import type { ExtractorName, MethodName, RunConfig } from './run-config.ts'

type Leaf = string | number | boolean | null | readonly number[]
/** Dotted paths of every leaf of a type. */
type PathOf<T> = {
  [Key in keyof T & string]-?: T[Key] extends Leaf ? Key : `${Key}.${PathOf<NonNullable<T[Key]>>}`
}[keyof T & string]

/** A setting by its path in {@link RunConfig}; name of method and preset are not set by hand. */
export type SettingKey = Exclude<PathOf<RunConfig>, 'method' | 'preset'>
export type SettingValue = Leaf

export interface NumberInput {
  readonly kind: 'number'
  readonly min: number
  readonly max: number
  readonly integer: boolean
  /** An empty field is allowed and stored as null. */
  readonly optional?: boolean
}
export interface ChoiceInput {
  readonly kind: 'choice'
  readonly options: readonly { readonly value: string | number; readonly label: string }[]
}
export type SettingInput =
  NumberInput | ChoiceInput | { readonly kind: 'switch' } | { readonly kind: 'list' }

export interface Setting {
  readonly label: string
  readonly unit?: string
  readonly explanation: string
  /** The key in DDAD's `config.yaml`; absent where DDAD has none. */
  readonly ddadKey?: string
  readonly input: SettingInput
}

const integer = (min: number, max: number): NumberInput => ({
  kind: 'number',
  min,
  max,
  integer: true,
})
const real = (min: number, max: number): NumberInput => ({
  kind: 'number',
  min,
  max,
  integer: false,
})
const labels: Readonly<Record<ExtractorName, string>> = {
  'resnet50-keras': 'ResNet-50 (Keras)',
  resnet50: 'ResNet-50 (torchvision)',
  wide_resnet50_2: 'Wide ResNet-50-2',
  wide_resnet101_2: 'Wide ResNet-101-2',
}
const extractors = Object.entries(labels).map(([value, label]) => ({ value, label }))

export const settings: Readonly<Record<SettingKey, Setting>> = {
  seed: {
    label: 'Seed',
    explanation: 'Two runs with the same seed, data and settings draw the same random numbers.',
    ddadKey: 'model.seed',
    input: integer(0, 2 ** 31 - 1),
  },
  'model.imageSize': {
    label: 'Image size',
    unit: 'px',
    explanation: 'Images are resized to a square of this side. Cost grows with its square.',
    ddadKey: 'data.image_size',
    input: {
      kind: 'choice',
      options: [32, 64, 128, 256].map((value) => ({ value, label: `${value} × ${value}` })),
    },
  },
  'model.baseChannels': {
    label: 'Base channels',
    explanation: 'Width of the U-Net. DDAD uses 64, its small version DDAD-S 32.',
    ddadKey: 'model.DDADS',
    input: integer(8, 128),
  },
  'model.multipliers': {
    label: 'Channel multipliers',
    explanation: 'Channels of each level as a multiple of the base, finest level first.',
    input: { kind: 'list' },
  },
  'model.blocksPerLevel': {
    label: 'Blocks per level',
    explanation: 'Residual blocks at each resolution.',
    input: integer(1, 4),
  },
  'model.attentionAt': {
    label: 'Attention at',
    unit: 'px',
    explanation: 'Sides of the feature maps that get self-attention.',
    input: { kind: 'list' },
  },
  'model.heads': {
    label: 'Attention heads',
    explanation: 'Heads of each attention layer.',
    input: integer(1, 16),
  },
  'model.groups': {
    label: 'Normalisation groups',
    explanation: 'Groups of GroupNorm; the channels of every level must divide by it.',
    input: integer(1, 64),
  },
  'model.dropout': {
    label: 'Dropout',
    explanation: 'Share of activations dropped in training. DDAD 0, DDAD-S 0.3.',
    input: real(0, 0.9),
  },
  'training.epochs': {
    label: 'Epochs',
    explanation: 'Passes over the nominal training images.',
    ddadKey: 'model.epochs',
    input: integer(1, 100_000),
  },
  'training.batchSize': {
    label: 'Batch size',
    unit: 'images',
    explanation: 'Images per optimiser step. The authors found large batches more stable.',
    ddadKey: 'data.batch_size',
    input: integer(1, 1024),
  },
  'training.microBatch': {
    label: 'Images at once',
    unit: 'images',
    explanation:
      'Images held in memory together; gradients add up to the batch. Lower it when memory runs out.',
    input: integer(1, 1024),
  },
  'training.learningRate': {
    label: 'Learning rate',
    explanation: 'Step size of Adam, constant over the run.',
    ddadKey: 'model.learning_rate',
    input: real(1e-8, 1),
  },
  'training.weightDecay': {
    label: 'Weight decay',
    explanation: 'L2 added to the gradient, as in the reference code.',
    ddadKey: 'model.weight_decay',
    input: real(0, 10),
  },
  'training.emaDecay': {
    label: 'EMA decay',
    explanation: 'Averages the weights over time. Empty trains without it, as DDAD does.',
    input: { kind: 'number', min: 0.000001, max: 0.999999, integer: false, optional: true },
  },
  'training.checkpointEverySteps': {
    label: 'Checkpoint every',
    unit: 'steps',
    explanation: 'A run can be resumed from its last checkpoint.',
    input: integer(1, 1_000_000),
  },
  extractor: {
    label: 'Feature extractor',
    explanation:
      'ImageNet network whose features compare image and reconstruction. DDAD uses Wide ResNet-101-2. ' +
      'Those of torchvision need their file in the workspace’s folder weights.',
    ddadKey: 'model.feature_extractor',
    input: { kind: 'choice', options: extractors },
  },
  'adaptation.epochs': {
    label: 'Adaptation epochs',
    explanation: 'Passes that adapt the extractor to this category; 0 uses it as it is.',
    ddadKey: 'model.DA_epochs',
    input: integer(0, 1000),
  },
  'adaptation.batchSize': {
    label: 'Batch size',
    unit: 'images',
    explanation: 'One half are targets, the other half is reconstructed towards them.',
    ddadKey: 'data.DA_batch_size',
    input: integer(2, 1024),
  },
  'adaptation.learningRate': {
    label: 'Learning rate',
    explanation: 'Step size of AdamW.',
    ddadKey: 'model.DA_learning_rate',
    input: real(1e-8, 1),
  },
  'adaptation.weightDecay': {
    label: 'Weight decay',
    explanation: 'Decoupled weight decay of AdamW.',
    input: real(0, 10),
  },
  'adaptation.distillationWeight': {
    label: 'Distillation weight λ',
    explanation: 'How strongly the adapted network is held to the original one.',
    ddadKey: 'model.DLlambda',
    input: real(0, 100),
  },
  'adaptation.guidanceWeight': {
    label: 'Guidance weight w',
    explanation: 'Conditioning of the reconstructions made during adaptation.',
    ddadKey: 'model.w_DA',
    input: real(0, 100),
  },
  'reconstruction.startStep': {
    label: 'Start step T′',
    unit: 'of 1000',
    explanation:
      'How much noise the input gets. Too little keeps the defect, too much changes the texture.',
    ddadKey: 'model.test_trajectoy_steps',
    input: integer(1, 1000),
  },
  'reconstruction.skip': {
    label: 'Skip',
    unit: 'steps',
    explanation: 'Steps between two network passes: a reconstruction takes T′ ÷ skip passes.',
    ddadKey: 'model.skip',
    input: integer(1, 1000),
  },
  'reconstruction.guidanceWeight': {
    label: 'Guidance weight w',
    explanation: 'How strongly the reconstruction is drawn to the input.',
    ddadKey: 'model.w',
    input: real(0, 100),
  },
  'reconstruction.eta': {
    label: 'Sampling noise η',
    explanation: '0 is deterministic, 1 adds fresh noise at every step as DDAD does.',
    ddadKey: 'model.eta',
    input: real(0, 1),
  },
  'reconstruction.start': {
    label: 'First step',
    explanation: 'The reference code noises to T′ but denoises first as if at T′ − skip.',
    input: {
      kind: 'choice',
      options: [
        { value: 'compatible', label: 'As the reference code' },
        { value: 'corrected', label: 'Corrected' },
      ],
    },
  },
  'reconstruction.noiseSeed': {
    label: 'Noise seed',
    explanation: 'Fixes the noise, so that only the changed setting changes the result.',
    input: integer(0, 2 ** 31 - 1),
  },
  'scoring.pixelWeight': {
    label: 'Pixel weight v',
    explanation: 'Weight of the pixel distance against the feature distance. MVTec AD 1, VisA 7.',
    ddadKey: 'model.v',
    input: real(0, 100),
  },
  'scoring.blurSigma': {
    label: 'Blur σ',
    unit: 'px',
    explanation: 'Smoothing of the anomaly map, in pixels of the network’s input.',
    input: real(0, 64),
  },
  'scoring.normalisation': {
    label: 'Normalisation',
    explanation:
      'Calibrated scores do not depend on the other images of a batch; the reference’s do.',
    input: {
      kind: 'choice',
      options: [
        { value: 'calibrated', label: 'Calibrated on nominal images' },
        { value: 'compatible', label: 'Per batch, as the reference code' },
      ],
    },
  },
  'scoring.crop': {
    label: 'Leave out the frame',
    explanation: 'Does not score the outer 1/16 of each side, as the reference code.',
    input: { kind: 'switch' },
  },
  evaluationBatch: {
    label: 'Evaluation batch',
    unit: 'images',
    explanation: 'Images reconstructed together. Lower it when memory runs out.',
    ddadKey: 'data.test_batch_size',
    input: integer(1, 1024),
  },
  'patchcore.share': {
    label: 'Share of patches',
    explanation:
      'Of all patches of the nominal images, those that the memory bank keeps. The authors take 0.25, 0.1 or 0.01.',
    input: real(0.0001, 1),
  },
  'patchcore.neighbours': {
    label: 'Nearest patches',
    explanation: 'A patch’s distance is the mean over this many nearest ones of the bank.',
    input: integer(1, 64),
  },
}

export interface SettingGroup {
  readonly title: string
  readonly keys: readonly SettingKey[]
}

const underPrefix = (prefix: string): SettingKey[] =>
  (Object.keys(settings) as SettingKey[]).filter((key) => key.startsWith(prefix))

/** Every setting, in the order of the form. */
export const settingGroups: readonly SettingGroup[] = [
  { title: 'Training', keys: [...underPrefix('training.'), 'seed'] },
  { title: 'Network', keys: underPrefix('model.') },
  { title: 'Feature extractor', keys: ['extractor', ...underPrefix('adaptation.')] },
  { title: 'Reconstruction', keys: underPrefix('reconstruction.') },
  { title: 'Scoring', keys: [...underPrefix('scoring.'), 'evaluationBatch'] },
  { title: 'Memory bank', keys: underPrefix('patchcore.') },
]

/** What of DDAD's settings PatchCore has. */
const shared: readonly SettingKey[] = ['seed', 'model.imageSize', 'extractor', 'evaluationBatch']

/** Whether a method has a setting. */
export function isSettingOf(key: SettingKey, method: MethodName): boolean {
  if (method === 'ddad') return !key.startsWith('patchcore.')
  return key.startsWith('patchcore.') || key.startsWith('scoring.') || shared.includes(key)
}

/** A method's settings, in the order of the form. */
export function settingGroupsOf(method: MethodName): readonly SettingGroup[] {
  return settingGroups
    .map(({ title, keys }) => ({ title, keys: keys.filter((key) => isSettingOf(key, method)) }))
    .filter(({ keys }) => keys.length > 0)
}

const twins = new Set(
  Object.values(settings)
    .map(({ label }) => label)
    .filter((label, i, labels) => labels.indexOf(label) !== i),
)

/** What a setting is called among those of other groups: training and adaptation share several labels. */
export function settingName(key: SettingKey): string {
  const { label } = settings[key]
  return twins.has(label) ? `${label} (${key.slice(0, key.indexOf('.'))})` : label
}
