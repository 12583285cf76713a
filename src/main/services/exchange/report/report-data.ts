import type { Figures } from '../../../../shared/evaluation/comparison.ts'
import type { Interval } from '../../../../shared/metrics/bootstrap.ts'
import type { ByMetric } from '../../../../shared/metrics/paired-bootstrap.ts'
import type { ReportPicture } from '../../../../shared/processes/exports.ts'

/** All that a report shows, before it has a form. */
export interface Report {
  readonly title: string
  readonly subtitle: string
  readonly createdAt: string
  readonly application: string
  readonly sections: readonly ReportSection[]
  /** Sections of one way of training and scoring; a single one has no label. */
  readonly variants: readonly {
    readonly label: string | null
    readonly sections: readonly ReportSection[]
    /** Over its sections; null where one has no figure. */
    readonly means: Figures
  }[]
}

/** One evaluation. */
export interface ReportSection {
  readonly anchor: string
  readonly category: string
  /** The category, with what distinguishes it where the report has it several times. */
  readonly title: string
  readonly facts: readonly (readonly [string, string])[]
  readonly figures: Figures
  /** 95 %, bootstrap over images. */
  readonly intervals: ByMetric<Interval>
  readonly published: Figures | null
  readonly secondsPerImage: number
  readonly images: number
  readonly scores: { readonly nominal: readonly number[]; readonly anomalous: readonly number[] }
  readonly loss: readonly { readonly step: number; readonly value: number }[]
  readonly operatingPoint: ReportOperatingPoint | null
  readonly defectTypes: readonly {
    readonly name: string
    readonly images: number
    readonly found: number | null
    readonly figures: Figures
  }[]
  readonly failures: readonly ReportFailure[]
  readonly corrections: readonly {
    readonly image: string
    readonly version: number
    readonly author: string
    readonly reason: string
    readonly note: string
    /** Pixels of the mask that it was made from. */
    readonly added: number | null
    readonly removed: number | null
    readonly at: string
    /** Whether the figures were measured with it. */
    readonly used: boolean
  }[]
}

export interface ReportOperatingPoint {
  /** Empty when none was saved and the default threshold is used. */
  readonly name: string
  readonly threshold: number
  readonly rule: string
  readonly found: number
  readonly missed: number
  readonly alarms: number
  readonly passed: number
  readonly precision: number | null
  readonly recall: number | null
  readonly f1: number | null
}

export interface ReportFailure {
  readonly image: string
  readonly defectType: string
  readonly missed: boolean
  readonly score: number
  readonly timesThreshold: number
  readonly pictures: ReportPicture
}
