import { SvelteMap } from 'svelte/reactivity'
import { presetFor, presets } from '../../../../../shared/config/presets.ts'
import type { RunConfig } from '../../../../../shared/config/run-config.ts'
import {
  changedSettings,
  readSetting,
  settingProblems,
  withSetting,
} from '../../../../../shared/config/setting-values.ts'
import type { SettingKey, SettingValue } from '../../../../../shared/config/settings.ts'
import {
  MATCHING,
  parseSeeds,
  planStudy,
  type PlannedRun,
} from '../../../../../shared/runs/study.ts'
import type { Estimate } from '../../../../../shared/jobs/estimate.ts'
import type { Run } from '../../../../../shared/runs/run.ts'
import type { Dataset } from '../../../../../shared/datasets/dataset.ts'

/** The runs about to be started: one per chosen category, all with the same changes to their preset. */
export class RunDraft {
  categories = $state.raw<readonly string[]>([])
  #chosen = $state<string | null>(null)
  /** Presets besides {@link presetName} that the study takes too. */
  morePresets = $state.raw<readonly string[]>([])
  /** Seeds as typed; empty takes the configuration's own. */
  seedText = $state('')
  readonly #changes = new SvelteMap<SettingKey, SettingValue>()
  readonly #dataset: () => Dataset | undefined
  readonly #usual: () => string

  /** @param usual the preset until one is chosen */
  constructor(dataset: () => Dataset | undefined, usual = () => MATCHING) {
    this.#dataset = dataset
    this.#usual = usual
  }

  readonly presetName = $derived.by(() => this.#chosen ?? this.#usual())

  /** The preset that the form compares with: that of the first chosen category. */
  readonly preset = $derived.by(() => this.presetOf(this.categories[0] ?? ''))
  readonly config = $derived.by(() => this.#changed(this.preset))
  readonly changed = $derived(changedSettings(this.config, this.preset))
  /** What stands in the way of each setting; empty when the runs can be started. */
  readonly problems = $derived(settingProblems(this.config))

  presetOf(category: string): RunConfig {
    if (this.presetName !== MATCHING) return presets[this.presetName] ?? presets.ddad
    return presetFor(this.#dataset()?.layout ?? 'plain', category)
  }

  /** Seeds of the study; null when what is typed are none. */
  readonly seeds = $derived(parseSeeds(this.seedText))

  /** Every run that is started: categories × presets × seeds, all with the changes made here. */
  readonly runs: readonly PlannedRun[] = $derived.by(() =>
    planStudy({
      layout: this.#dataset()?.layout ?? 'plain',
      categories: this.categories,
      presets: [this.presetName, ...this.morePresets.filter((name) => name !== this.presetName)],
      seeds: this.seeds ?? [],
      change: (config) => this.#changed(config),
    }),
  )

  #measured = $state.raw<{ readonly of: string; readonly estimate: Estimate } | null>(null)
  /** What the first run will take; null until it was measured, and as soon as anything of it is changed. */
  readonly estimate = $derived.by(() =>
    this.#measured?.of === JSON.stringify(this.runs[0]) ? this.#measured.estimate : null,
  )

  /** Takes what was measured of the first run. */
  setMeasured(of: PlannedRun, estimate: Estimate): void {
    this.#measured = { of: JSON.stringify(of), estimate }
  }

  toggleMore(name: string): void {
    this.morePresets = this.morePresets.includes(name)
      ? this.morePresets.filter((each) => each !== name)
      : [...this.morePresets, name]
  }

  set(key: SettingKey, value: SettingValue): void {
    this.#changes.set(key, value)
  }

  reset(key: SettingKey): void {
    this.#changes.delete(key)
  }

  resetAll(): void {
    this.#changes.clear()
  }

  /** Takes another preset; the changes made here stay. */
  choosePreset(name: string): void {
    this.#chosen = name
  }

  /** Prepares a run with the very settings of another one. */
  takeFrom({ category, config }: Pick<Run, 'category' | 'config'>): void {
    this.categories = [category]
    this.morePresets = []
    this.seedText = ''
    this.#chosen = config.preset in presets ? config.preset : 'ddad'
    this.#changes.clear()
    for (const key of changedSettings(config, this.preset))
      this.#changes.set(key, readSetting(config, key))
  }

  toggle(category: string): void {
    this.categories = this.categories.includes(category)
      ? this.categories.filter((name) => name !== category)
      : [...this.categories, category]
  }

  #changed(preset: RunConfig): RunConfig {
    return [...this.#changes].reduce(
      (config, [key, value]) => withSetting(config, key, value),
      preset,
    )
  }
}
