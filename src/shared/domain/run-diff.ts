/** What changed from one run to another: configuration, data, masks, code, versions, weights and figures. */
import { formatSetting, readSetting } from '../config/setting-values.ts'
import { settings, type SettingKey } from '../config/settings.ts'
import { metricNames } from './evaluation.ts'
import type { MaskUsed, RunEnvironment, RunRecord } from './run-record.ts'

export const diffGroups = [
  'config',
  'data',
  'masks',
  'code',
  'versions',
  'weights',
  'metrics',
] as const
export type DiffGroup = (typeof diffGroups)[number]

/** One thing in which two runs differ. Values are for display; null where a run does not have it. */
export interface RunDifference {
  readonly group: DiffGroup
  /** Stable name, for instance `training.epochs` or `imageAuroc`. */
  readonly key: string
  readonly label: string
  readonly before: string | null
  readonly after: string | null
  /** After minus before, for figures. */
  readonly delta?: number
}

type Emit = (
  group: DiffGroup,
  key: string,
  label: string,
  before: string | null | undefined,
  after: string | null | undefined,
) => void

/** Every difference, in the order of {@link diffGroups}; empty for runs that should give the same. */
export function diffRuns(before: RunRecord, after: RunRecord): readonly RunDifference[] {
  const found: RunDifference[] = []
  const emit: Emit = (group, key, label, left = null, right = null) => {
    if (left !== right) found.push({ group, key, label, before: left, after: right })
  }
  diffConfig(before, after, emit)
  emit('data', 'dataset', 'Data set', before.run.datasetName, after.run.datasetName)
  emit('data', 'category', 'Category', before.run.category, after.run.category)
  const [left, right] = [before.run.datasetFingerprint, after.run.datasetFingerprint]
  emit('data', 'fingerprint', 'Fingerprint', left, right)
  found.push(...diffMasks(before.masks, after.masks))
  diffEnvironment(before.environment, after.environment, emit)
  diffWeights(before, after, emit)
  return [...found, ...diffMetrics(before, after)]
}

function diffConfig({ run: before }: RunRecord, { run: after }: RunRecord, emit: Emit): void {
  emit('config', 'preset', 'Preset', before.config.preset, after.config.preset)
  for (const key of Object.keys(settings) as SettingKey[]) {
    const [left, right] = [before, after].map(({ config }) =>
      formatSetting(key, readSetting(config, key)),
    )
    emit('config', key, settings[key].label, left, right)
  }
}

/** Images of both that were measured with different masks. Images of one only are the data's difference. */
function diffMasks(before: readonly MaskUsed[], after: readonly MaskUsed[]): RunDifference[] {
  const known = new Map(before.map((mask) => [mask.image, mask]))
  const text = ({ version }: MaskUsed) => (version === null ? null : `version ${version}`)
  return after.flatMap((mask) => {
    const earlier = known.get(mask.image)
    if (!earlier || earlier.maskVersionId === mask.maskVersionId) return []
    if (text(earlier) === text(mask)) return []
    return [
      {
        group: 'masks',
        key: mask.image,
        label: mask.image,
        before: text(earlier),
        after: text(mask),
      } satisfies RunDifference,
    ]
  })
}

const versions = [
  ['tensorflow', 'TensorFlow'],
  ['device', 'Device'],
  ['driver', 'Driver'],
  ['os', 'Operating system'],
  ['node', 'Node.js'],
  ['electron', 'Electron'],
] as const satisfies readonly (readonly [keyof RunEnvironment, string])[]

function diffEnvironment(
  before: RunEnvironment | null,
  after: RunEnvironment | null,
  emit: Emit,
): void {
  emit('code', 'application', 'DDAD Studio', before?.application, after?.application)
  emit('code', 'commit', 'Commit', before?.commit, after?.commit)
  for (const [key, label] of versions) emit('versions', key, label, before?.[key], after?.[key])
}

function diffWeights(before: RunRecord, after: RunRecord, emit: Emit): void {
  const extractor = ({ evaluationEnvironment }: RunRecord) =>
    evaluationEnvironment?.extractorSha256 ?? null
  const newest = ({ checkpoints }: RunRecord, kind: 'unet' | 'features') =>
    checkpoints.find((checkpoint) => checkpoint.kind === kind)?.sha256 ?? null
  emit('weights', 'extractor', 'ImageNet extractor', extractor(before), extractor(after))
  emit('weights', 'unet', 'U-Net', newest(before, 'unet'), newest(after, 'unet'))
  const [left, right] = [newest(before, 'features'), newest(after, 'features')]
  emit('weights', 'features', 'Adapted extractor', left, right)
}

function diffMetrics(before: RunRecord, after: RunRecord): RunDifference[] {
  const figures = ({ run }: RunRecord): readonly (readonly [string, number | null])[] => [
    ['loss', run.lastLoss],
    ...metricNames.map((name) => [name, run.metrics.last[name] ?? null] as const),
    ['secondsPerImage', run.headline?.secondsPerImage ?? null],
  ]
  const later = new Map(figures(after))
  return figures(before).flatMap(([key, value]) => {
    const now = later.get(key) ?? null
    if (value === now) return []
    const text = (figure: number | null) => (figure === null ? null : figure.toPrecision(5))
    const delta = value === null || now === null ? {} : { delta: now - value }
    return [
      {
        group: 'metrics',
        key,
        label: key,
        before: text(value),
        after: text(now),
        ...delta,
      } satisfies RunDifference,
    ]
  })
}
