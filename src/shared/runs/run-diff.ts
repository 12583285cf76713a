/** What changed from one run to another: configuration, data, masks, code, versions, weights and figures. */
import { formatSetting, readSetting } from '../config/setting-values.ts'
import { settingName, settings, type SettingKey } from '../config/settings.ts'
import { metricNames } from '../evaluation/evaluation.ts'
import { diffImages, type ImageChange, type NamedImage } from '../datasets/image-diff.ts'
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
  /** The images that it is about; `after` counts them and names the first. */
  readonly images?: readonly NamedImage[]
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
  found.push(...diffData(before, after))
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
    emit('config', key, settingName(key), left, right)
  }
}

/** Names that a line shows; all of them are in `images`. */
const NAMED = 3

function listing(group: DiffGroup, key: string, label: string, images: readonly NamedImage[]) {
  if (images.length === 0) return []
  const names = images.slice(0, NAMED).map(({ name }) => name)
  const more = images.length > NAMED ? ' …' : ''
  const after = `${images.length}: ${names.join(', ')}${more}`
  return [{ group, key, label, before: null, after, images } satisfies RunDifference]
}

const imageChanges: Readonly<Record<ImageChange, string>> = {
  added: 'Images added',
  removed: 'Images removed',
  changed: 'Images with other content',
  moved: 'Images moved',
  relabelled: 'Images in another split or defect type',
}

/** The images in which two runs differ, as far as both have them on record. */
function diffData(before: RunRecord, after: RunRecord): readonly RunDifference[] {
  if (!before.images || !after.images) {
    if (before.run.datasetFingerprint === after.run.datasetFingerprint) return []
    const text = ({ images }: RunRecord) =>
      images ? `${images.length} on record` : 'only the fingerprint is on record'
    const [left, right] = [text(before), text(after)]
    return [{ group: 'data', key: 'images', label: 'Images', before: left, after: right }]
  }
  const ids = new Map([...before.images, ...after.images].map((one) => [one.path, one.imageId]))
  const changes = diffImages(before.images, after.images)
  return (Object.keys(imageChanges) as ImageChange[]).flatMap((change) => {
    const images = changes[change].map(({ path, name, note }) => ({
      name,
      note,
      imageId: ids.get(path) ?? null,
    }))
    return listing('data', `images.${change}`, imageChanges[change], images)
  })
}

/** Images of both that were measured with different masks. Images of one only are the data's difference. */
function diffMasks(
  before: readonly MaskUsed[],
  after: readonly MaskUsed[],
): readonly RunDifference[] {
  const known = new Map(before.map((mask) => [mask.image, mask]))
  const text = ({ version }: MaskUsed) => (version === null ? 'none' : `version ${version}`)
  const images = after.flatMap((mask): NamedImage[] => {
    const earlier = known.get(mask.image)
    if (!earlier) return []
    const hashed = earlier.content !== null && mask.content !== null
    const same = hashed ? earlier.content === mask.content : text(earlier) === text(mask)
    if (same) return []
    const versions = [text(earlier), text(mask)]
    const note = versions[0] === versions[1] ? 'other content' : versions.join(' → ')
    return [{ name: mask.image, imageId: mask.imageId, note }]
  })
  return listing('masks', 'masks', 'Masks that differ', images)
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
