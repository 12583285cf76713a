import { metricNames, type MetricName, type MetricRow } from '../evaluation/evaluation.ts'
import { auPro } from './au-pro.ts'
import { auroc } from './auroc.ts'
import type { CoveredMap } from './marked-pixels.ts'
import { metricIntervals } from './metric-intervals.ts'
import { pixelProfiles } from './pixel-profiles.ts'
import {
  PixelCensus,
  UNKNOWN_PIXELS,
  withKnownPixels,
  type CensusImage,
  type PixelScope,
} from './pixel-census.ts'
import { averagePrecision, f1Max } from './precision-recall.ts'
import { rankScores } from './ranking.ts'
import { referencePro } from './reference-variants.ts'

/**
 * A scored test image: its combined map in row order, and its mask at the map's size. Without a mask, the pixels of
 * a nominal image are nominal; those of a defective one are not known and count in no pixel figure.
 */
export interface ScoredImage extends CoveredMap {
  readonly score: number
  readonly anomalous: boolean
  readonly defectType: string
}

export interface MetricOptions {
  /** The category (null) and defect types to compute, all by default. */
  readonly scopes?: readonly (string | null)[] | undefined
  /** Computes intervals too. */
  readonly intervals?: boolean
}

type Judged = Pick<ScoredImage, 'score' | 'anomalous' | 'defectType'>

/** The group of images without a defect; no defect type has an empty name. */
const NOMINAL = ''

const groupOf = ({ anomalous, defectType }: Judged) => (anomalous ? defectType : NOMINAL)

/** The group that an image's pixels are counted in: none where it is defective and has no mask. */
const pixelGroupOf = (image: ScoredImage) =>
  image.anomalous && image.mask === null ? UNKNOWN_PIXELS : groupOf(image)

/**
 * All figures of an evaluation: of the whole category (defect type null) and of each defect type against all
 * nominal images. Images are taken one by one and their maps are not kept.
 */
export class EvaluationTally {
  readonly #images: Judged[] = []
  readonly #census = new PixelCensus()

  /** Bytes of all that is kept. */
  get bytes(): number {
    return this.#census.bytes
  }

  /** @throws DdadError INVALID_INPUT when a score is not finite. */
  add(image: ScoredImage): void {
    const { score, anomalous, defectType } = image
    this.#census.add(image, pixelGroupOf(image))
    this.#images.push({ score, anomalous, defectType })
  }

  /** Takes another mask for an image; no other image's pixels are counted again. */
  setMask(index: number, image: ScoredImage): void {
    this.#census.setMask(index, image, pixelGroupOf(image))
  }

  /** Pixels of a defect type and of all nominal images; null: of all images. */
  pixels(defectType: string | null): PixelScope {
    return this.#census.scope(this.#groups(defectType))
  }

  /** Images of a defect type with all nominal ones, in their order; null: all. */
  images(defectType: string | null): readonly CensusImage[] {
    const groups = this.#groups(defectType)
    const own = this.#images.map((image) => groups.includes(groupOf(image)))
    return this.#census.images.filter((_, place) => own[place])
  }

  metrics({ scopes = this.#scopes(), intervals = false }: MetricOptions = {}): MetricRow[] {
    const profiles = intervals ? pixelProfiles(this.#census.images) : null
    return scopes.flatMap((defectType) => {
      const rows = this.#rows(defectType)
      if (!profiles) return rows
      const groups = this.#groups(defectType)
      const places = this.#images.flatMap((image, place) =>
        groups.includes(groupOf(image)) ? [place] : [],
      )
      const own = places.map((place) => this.#images[place]!)
      const found = metricIntervals(rows, own, profiles.of(places))
      return rows.map((row): MetricRow => {
        const interval = found[row.name]
        return interval ? { ...row, interval } : row
      })
    })
  }

  #groups(defectType: string | null): readonly string[] {
    return defectType === null ? [...new Set(this.#images.map(groupOf))] : [NOMINAL, defectType]
  }

  /** The whole category (null), then its defect types in the order of their names. */
  #scopes(): (string | null)[] {
    const types = new Set(this.#images.map(groupOf))
    types.delete(NOMINAL)
    return [null, ...[...types].sort()]
  }

  #rows(defectType: string | null): MetricRow[] {
    const groups = this.#groups(defectType)
    const own = this.#images.filter((image) => groups.includes(groupOf(image)))
    const { ranking: byPixel, touched, overlap } = this.pixels(defectType)
    const byImage = rankScores([
      { scores: own.map(({ score }) => score), labels: own.map((i) => Number(i.anomalous)) },
    ])
    const values: Record<MetricName, number | null> = {
      imageAuroc: auroc(byImage),
      imageAp: averagePrecision(byImage),
      imageF1Max: f1Max(byImage)?.value ?? null,
      pixelAuroc: auroc(byPixel),
      pixelAp: averagePrecision(byPixel),
      pixelF1Max: f1Max(byPixel)?.value ?? null,
      auPro30: auPro(byPixel, overlap, 0.3),
      auPro05: auPro(byPixel, overlap, 0.05),
      referencePixelAuroc: auroc(touched),
      referencePro:
        overlap.regions > 0 ? referencePro(withKnownPixels(this.images(defectType))) : null,
    }
    return metricNames.map((name) => ({ defectType, name, value: values[name] }))
  }
}
