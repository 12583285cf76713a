import type { ResultEnvelope } from '../../../../../shared/evaluation/cached-figures.ts'
import type { ImageResult } from '../../../../../shared/evaluation/evaluation.ts'
import type { ImageResultId } from '../../../../../shared/core/ids.ts'
import type { ChosenOn, DecisionSettings } from '../../../../../shared/runs/operating-point.ts'
import { scoreOf } from '../../../../../shared/metrics/envelope.ts'
import { choosingPart } from '../../../../../shared/metrics/held-out.ts'
import { chooseThreshold, type ThresholdRule } from '../../../../../shared/metrics/thresholds.ts'
import { request } from '../../../api/client.ts'
import { ruleInfo, ruleOf, type RuleKind } from '../reading/rules.ts'
import { disagreements } from '../reading/disagreement.ts'
import { decisionInUse } from '../reading/threshold.ts'
import { ScoreTable } from '../reading/score-table.ts'
import { indexBy } from '../../core/state/index-by.ts'
import type { EvaluationPage } from './evaluation-page.svelte.ts'
import { Remote } from '../../core/state/remote.svelte.ts'

/** Which scores a rule looks at. */
export type Source = ChosenOn['kind']

/**
 * The thresholds of one evaluation and all that follows from them. Scores come from the results, for another
 * v from their envelopes; nothing here needs a map, the network or a request while a threshold is dragged.
 */
export class ThresholdDesk {
  readonly page: EvaluationPage
  readonly envelopes = new Remote<readonly ResultEnvelope[]>()
  /** Null until moved: {@link threshold} is then the default one. */
  #threshold = $state<number | null>(null)
  /** Undefined until moved: that of the point in use; the same with the pixel threshold. */
  #upper = $state<number | null | undefined>(undefined)
  #pixelThreshold = $state<number | null | undefined>(undefined)
  #pixelWeight = $state<number | null>(null)
  /** Null: set by hand. */
  rule = $state.raw<ThresholdRule | null>(null)
  source = $state<Source>('test')
  seed = $state(0)
  selectedId = $state<ImageResultId | null>(null)
  /** {@link from} when the hand took hold of a threshold, and when the last move began. */
  #held: number | null = null
  #origin = $state<number | null>(null)

  constructor(page: EvaluationPage) {
    this.page = page
  }

  readonly evaluatedWeight = $derived.by(
    () => this.page.evaluation.value?.settings.scoring.pixelWeight ?? 0,
  )
  /** v */
  readonly pixelWeight = $derived(this.#pixelWeight ?? this.evaluatedWeight)
  readonly #envelopes = $derived(indexBy(this.envelopes.value, ({ resultId }) => resultId))
  /** Results with their scores at v. */
  readonly results = $derived.by((): readonly ImageResult[] => {
    const stored = this.page.results.value ?? []
    const v = this.pixelWeight
    if (v === this.evaluatedWeight || this.#envelopes.size === 0) return stored
    return stored.map((result) => {
      const envelope = this.#envelopes.get(result.id)?.envelope
      return envelope ? { ...result, score: scoreOf(envelope, v * result.ratio) } : result
    })
  })
  /** The half that the threshold was chosen on, also that of the point in use. */
  readonly #half = $derived.by(() => {
    const seed = this.halfSeed
    const chosenOn = this.page.evaluation.value?.chosenOn
    return seed === null ? null : choosingPart(this.page.results.value ?? [], seed, chosenOn)
  })
  /** What that half was drawn with; null: all images are judged. */
  readonly halfSeed = $derived.by(() => {
    const chosenOn = this.#inUse?.chosenOn
    if (this.atDefault && chosenOn?.kind === 'half') return chosenOn.seed
    return this.source === 'half' ? this.seed : null
  })
  /** Whether T′ was chosen on a part of the images: the threshold is then chosen on the same. */
  readonly partGiven = $derived.by(() => this.page.evaluation.value?.chosenOn !== undefined)
  /** Whether only one half of the images is judged. */
  readonly halved = $derived(this.#half !== null)
  /** The images that figures are about: without those that the threshold was chosen on. */
  readonly judged = $derived.by(() => {
    const half = this.#half
    return half ? this.results.filter(({ imageId }) => !half.has(imageId)) : this.results
  })
  readonly table = $derived(new ScoreTable(this.judged))
  readonly #default = $derived.by(() => this.page.threshold?.value ?? 0)
  readonly threshold = $derived(this.#threshold ?? this.#default)
  readonly upper = $derived.by(() =>
    this.#upper === undefined ? (this.#inUse?.upper ?? null) : this.#upper,
  )
  /** From here on an image is called defective. */
  readonly from = $derived(this.upper ?? this.threshold)
  /** Null: pixels have no threshold of their own. */
  readonly #ownPixelThreshold = $derived.by(() =>
    this.#pixelThreshold === undefined
      ? (this.#inUse?.pixelThreshold ?? null)
      : this.#pixelThreshold,
  )
  readonly pixelThreshold = $derived(this.#ownPixelThreshold ?? this.threshold)
  readonly pixelFollows = $derived(this.#ownPixelThreshold === null)
  readonly confusion = $derived(this.table.at(this.threshold, this.upper))
  readonly missed = $derived(this.table.missed(this.threshold))
  readonly alarms = $derived(this.table.alarms(this.from))
  /** Where the last move of the threshold began; null before any. */
  readonly origin = $derived(this.#origin)
  /** How many images change sides by the last move. */
  readonly flippedCount = $derived(this.#between().reduce((sum, list) => sum + list.length, 0))
  /** The images that change sides by the last move, largest |Δ score| first. */
  readonly flipped = $derived.by(() => {
    const results = this.#between().flat()
    return disagreements(
      { results, threshold: { value: this.#origin ?? this.from } },
      { results, threshold: { value: this.from } },
    )
  })
  readonly atDefault = $derived(
    this.#threshold === null && this.#upper === undefined && this.#pixelThreshold === undefined,
  )
  readonly selected = $derived.by(
    () =>
      this.results.find(({ id }) => id === this.selectedId) ?? this.missed[0] ?? this.results[0],
  )
  readonly chosenOn = $derived.by((): ChosenOn => {
    if (this.atDefault) {
      return this.#inUse?.chosenOn ?? { kind: this.#calibrated ? 'training' : 'test' }
    }
    if (!this.rule) return { kind: 'test' }
    return this.source === 'half' ? { kind: 'half', seed: this.seed } : { kind: this.source }
  })
  readonly #calibrated = $derived.by(
    () => (this.page.evaluation.value?.calibration?.nominalScores.length ?? 0) > 1,
  )
  readonly #inUse = $derived.by(() => {
    const evaluation = this.page.evaluation.value
    return evaluation && decisionInUse(evaluation)
  })
  readonly #defaultRule = $derived.by((): ThresholdRule | null => {
    if (this.#inUse) return this.#inUse.rule
    return this.#calibrated ? { kind: 'sigma', sigmas: 3 } : { kind: 'max-nominal' }
  })
  readonly settings = $derived<DecisionSettings>({
    threshold: this.threshold,
    upper: this.upper,
    pixelThreshold: this.#ownPixelThreshold,
    pixelWeight: this.pixelWeight,
    rule: this.atDefault ? this.#defaultRule : this.rule,
    chosenOn: this.chosenOn,
  })
  /** Training scores belong to the evaluated v and have no defects. */
  readonly trainingPossible = $derived(
    this.#calibrated && this.pixelWeight === this.evaluatedWeight,
  )

  /** To be called when a hand or a key takes hold of something that may move the threshold. */
  hold(): void {
    this.#held = this.from
  }

  /** To be called before a threshold changes. */
  #moves(): void {
    // The images that are judged stay those that they were.
    const chosenOn = this.#inUse?.chosenOn
    if (this.atDefault && this.source === 'test' && chosenOn?.kind === 'half') {
      this.source = 'half'
      this.seed = chosenOn.seed
    }
    this.#origin = this.#held ?? this.#origin ?? this.from
    this.#held = null
  }

  /** Images with scores between where the last move began and where it is now, nominal and defective. */
  #between(): (readonly ImageResult[])[] {
    const origin = this.#origin ?? this.from
    const [low, high] = [Math.min(origin, this.from), Math.max(origin, this.from)]
    return [
      this.table.alarms(low).slice(this.table.alarms(high).length),
      this.table.missed(high).slice(this.table.missed(low).length),
    ]
  }

  /** Moves the threshold by hand; the band moves along so that it stays above. */
  setThreshold(value: number): void {
    if (!Number.isFinite(value)) return
    this.#moves()
    this.rule = null
    if (this.upper !== null && value > this.upper) this.#upper = value
    this.#threshold = value
  }

  setUpper(value: number): void {
    if (!Number.isFinite(value)) return
    this.#moves()
    this.rule = null
    if (value < this.threshold) this.#threshold = value
    this.#upper = value
  }

  /** Opens a band up to the highest nominal score, or closes it. */
  toggleBand(): void {
    if (this.upper !== null) {
      this.#upper = (this.#inUse?.upper ?? null) === null ? undefined : null
      return
    }
    const top = this.table.nominal[0]?.score ?? this.threshold
    const last = this.table.steps.at(-1) ?? this.threshold
    const width = 0.15 * (last - (this.table.steps[0] ?? 0))
    this.#upper = top > this.threshold ? this.table.stepped(top, 1) : this.threshold + width
  }

  setPixelThreshold(value: number | null): void {
    const none = value === null && (this.#inUse?.pixelThreshold ?? null) === null
    this.#pixelThreshold = none ? undefined : value
  }

  /** v; scores at another than the evaluated one need the envelopes, which are asked for once. */
  setPixelWeight(value: number): void {
    this.#pixelWeight = value
    this.#origin = null
    if (this.source === 'training' && !this.trainingPossible) this.source = 'test'
    if (this.rule) this.applyRule(this.rule)
    this.loadEnvelopes()
  }

  loadEnvelopes(): void {
    const evaluationId = this.page.evaluation.value?.id
    if (evaluationId === undefined || this.envelopes.value || this.envelopes.loading) return
    void this.envelopes.load(() => request('evaluations.envelopes', { evaluationId }))
  }

  /** False when the rule needs scores that are not there; the threshold then stays. */
  applyRule(rule: ThresholdRule): boolean {
    if (this.source === 'training' && !ruleInfo[rule.kind].nominalOnly) this.source = 'test'
    const value = chooseThreshold(rule, this.#scores(false), this.#scores(true))
    if (value === null) return false
    this.#moves()
    this.#threshold = value
    if (this.upper !== null && this.upper < value) this.#upper = value
    this.rule = rule
    return true
  }

  setRule(kind: RuleKind): boolean {
    return this.applyRule(ruleOf(kind, ruleInfo[kind].parameter?.initial ?? 0))
  }

  setParameter(value: number): void {
    if (this.rule && Number.isFinite(value)) this.applyRule(ruleOf(this.rule.kind, value))
  }

  setSource(source: Source, seed = this.seed): void {
    this.#moves()
    // No longer that of the point in use, which may have been chosen on other images.
    this.#threshold = this.threshold
    this.source = source
    this.seed = seed
    this.applyRule(this.rule ?? ruleOf(source === 'training' ? 'sigma' : 'f1-max', 3))
  }

  restore(settings: DecisionSettings): void {
    this.#moves()
    const { threshold, upper, pixelThreshold, pixelWeight, rule, chosenOn } = settings
    if (pixelWeight !== this.pixelWeight) this.#origin = null
    this.#pixelWeight = pixelWeight
    if (pixelWeight !== this.evaluatedWeight) this.loadEnvelopes()
    this.source = chosenOn.kind
    if (chosenOn.kind === 'half') this.seed = chosenOn.seed
    this.#threshold = threshold
    this.#upper = upper
    this.#pixelThreshold = pixelThreshold
    this.rule = rule
  }

  reset(): void {
    this.#moves()
    this.#threshold = null
    this.#upper = undefined
    this.#pixelThreshold = undefined
    this.#pixelWeight = null
    this.rule = null
    this.source = 'test'
  }

  /** Scores that a rule may look at. */
  #scores(anomalous: boolean): number[] {
    if (this.source === 'training') {
      return anomalous ? [] : [...(this.page.evaluation.value?.calibration?.nominalScores ?? [])]
    }
    const half = this.#half
    return this.results
      .filter((result) => result.anomalous === anomalous && (!half || half.has(result.imageId)))
      .map(({ score }) => score)
  }
}
