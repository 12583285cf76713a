import { SvelteMap } from 'svelte/reactivity'
import type { EvaluationSettings, RunConfig } from '../../../../../shared/config/run-config.ts'
import {
  readSetting,
  settingProblems,
  withSetting,
} from '../../../../../shared/config/setting-values.ts'
import {
  settings,
  type SettingKey,
  type SettingValue,
} from '../../../../../shared/config/settings.ts'

/** The settings that an evaluation can change without training again. */
export const evaluationKeys = (Object.keys(settings) as SettingKey[]).filter(
  (key) =>
    key.startsWith('reconstruction.') || key.startsWith('scoring.') || key === 'evaluationBatch',
)

/** An evaluation about to be started: the settings of another one with changes. */
export class EvaluationDraft {
  readonly original: RunConfig
  readonly #changes = new SvelteMap<SettingKey, SettingValue>()

  /** Draws of noise that each map is a mean over. */
  noiseSeeds = $state(1)

  /** @param config Of the run. */
  constructor(config: RunConfig, settings: EvaluationSettings) {
    const { reconstruction, scoring, evaluationBatch = config.evaluationBatch } = settings
    this.original = { ...config, reconstruction, scoring, evaluationBatch }
    this.noiseSeeds = settings.noiseSeeds ?? 1
  }

  readonly config = $derived.by(() =>
    [...this.#changes].reduce(
      (config, [key, value]) => withSetting(config, key, value),
      this.original,
    ),
  )
  readonly problems = $derived(settingProblems(this.config))
  readonly changed = $derived(
    evaluationKeys.filter((key) => this.value(key) !== readSetting(this.original, key)),
  )
  readonly settings = $derived<EvaluationSettings>({
    reconstruction: this.config.reconstruction,
    scoring: this.config.scoring,
    evaluationBatch: this.config.evaluationBatch,
    noiseSeeds: this.noiseSeeds,
  })
  /** Only what follows from stored maps was changed: figures can be had without the network. */
  readonly cachedEnough = $derived(
    this.changed.length > 0 && this.changed.every((key) => key === 'scoring.pixelWeight'),
  )

  value(key: SettingKey): SettingValue {
    return readSetting(this.config, key)
  }

  /** The value before the change; undefined when there is none. */
  before(key: SettingKey): SettingValue | undefined {
    return this.changed.includes(key) ? readSetting(this.original, key) : undefined
  }

  set(key: SettingKey, value: SettingValue): void {
    this.#changes.set(key, value)
  }

  reset(key: SettingKey): void {
    this.#changes.delete(key)
  }
}
