/** Reports of evaluations: collects what they show and gives it a form. */
import {
  columnsOf,
  figuresOf,
  intervalsOf,
  meanFigures,
  publishedFigures,
} from '../../../shared/evaluation/comparison.ts'
import type { Evaluation, ImageResult } from '../../../shared/evaluation/evaluation.ts'
import type { DatasetId, EvaluationId, StudyId } from '../../../shared/core/ids.ts'
import { maskReasonTexts, type MaskReason } from '../../../shared/masks/mask-version.ts'
import { DdadError } from '../../../shared/errors.ts'
import { defaultThreshold } from '../../../shared/metrics/default-threshold.ts'
import type { BackgroundContract } from '../../../shared/processes/background.ts'
import type { Supervisor } from '../../processes/supervisor.ts'
import type {
  Report,
  ReportFailure,
  ReportOperatingPoint,
  ReportSection,
} from './report/report-data.ts'
import { reportHtml } from './report/report-html.ts'
import { throwIfCancelled, withinExport, type ExportContext } from './exports.ts'
import type { Files } from '../datasets/files.ts'
import { appVersion } from '../core/installation.ts'
import type { Workspace } from '../core/workspace.ts'
import { found } from '../core/found.ts'

/** What a report is about: one evaluation, or the newest of each category of a data set or study. */
export type ReportSubject =
  | { readonly kind: 'evaluation'; readonly evaluationId: EvaluationId }
  | { readonly kind: 'dataset'; readonly datasetId: DatasetId }
  | { readonly kind: 'study'; readonly studyId: StudyId }

/** Failures shown of each kind and category. */
const FAILURES = 6
const PICTURE_SIDE = 160
const CURVE_POINTS = 600

export function createReports(
  { store, resolve }: Workspace,
  files: Files,
  background: Supervisor<BackgroundContract>,
) {
  function evaluationsOf(subject: ReportSubject): { title: string; list: readonly Evaluation[] } {
    switch (subject.kind) {
      case 'evaluation': {
        const evaluation = found(
          store.evaluations.get(subject.evaluationId),
          `evaluation ${subject.evaluationId}`,
        )
        return { title: `Evaluation of ${evaluation.category}`, list: [evaluation] }
      }
      case 'dataset': {
        const dataset = found(
          store.datasets.get(subject.datasetId),
          `data set ${subject.datasetId}`,
        )
        return { title: dataset.name, list: store.evaluations.latest(subject.datasetId) }
      }
      case 'study': {
        const study = found(store.studies.get(subject.studyId), `study ${subject.studyId}`)
        const kept = store.runs.ofStudy(study.id).filter(({ trashedAt }) => trashedAt === null)
        const ids = kept.flatMap((run) => run.headline?.evaluationId ?? [])
        return {
          title: study.name,
          list: ids.flatMap((id) => store.evaluations.get(id) ?? []),
        }
      }
    }
  }

  function operatingPointOf(
    evaluation: Evaluation,
    results: readonly ImageResult[],
  ): ReportOperatingPoint | null {
    const saved = store.operatingPoints.deciding(evaluation.id)
    const decided = saved?.settings.thresholds
    const chosen = decided
      ? { value: decided.threshold, rule: 'saved operating point' }
      : defaultThreshold(evaluation, results)
    if (!chosen) return null
    const count = (anomalous: boolean, called: boolean) =>
      results.filter((r) => r.anomalous === anomalous && r.score >= chosen.value === called).length
    const [found, missed] = [count(true, true), count(true, false)]
    const [alarms, passed] = [count(false, true), count(false, false)]
    const ratio = (part: number, whole: number) => (whole === 0 ? null : part / whole)
    return {
      name: saved?.name ?? '',
      threshold: chosen.value,
      rule: chosen.rule,
      found,
      missed,
      alarms,
      passed,
      precision: ratio(found, found + alarms),
      recall: ratio(found, found + missed),
      f1: ratio(2 * found, 2 * found + alarms + missed),
    }
  }

  async function failuresOf(
    evaluation: Evaluation,
    results: readonly ImageResult[],
    threshold: number,
    signal: AbortSignal,
  ): Promise<readonly ReportFailure[]> {
    const missed = results.filter((r) => r.anomalous && r.score < threshold)
    const alarms = results.filter((r) => !r.anomalous && r.score >= threshold)
    const shown = [
      ...missed.toSorted((a, b) => a.score - b.score).slice(0, FAILURES),
      ...alarms.toSorted((a, b) => b.score - a.score).slice(0, FAILURES),
    ]
    const items = await Promise.all(
      shown.map(async (result) => {
        const maskId = store.images.get(result.imageId)?.maskVersionId ?? null
        const mask = maskId === null ? null : await files.mask(maskId).catch(() => null)
        const stored = store.imageResults.files(result.id)
        return {
          input: files.original(result.imageId),
          mask,
          reconstruction: resolve(stored?.reconstruction ?? ''),
          maps: resolve(stored?.maps ?? ''),
          ratio: result.ratio,
          pixelWeight: evaluation.settings.scoring.pixelWeight,
          threshold,
        }
      }),
    )
    const call = background.call('reportPictures', { items, side: PICTURE_SIDE })
    const pictures = await withinExport(call, signal)
    return shown.map((result, index) => ({
      image: result.path,
      defectType: result.anomalous ? result.defectType : 'nominal',
      missed: result.anomalous,
      score: result.score,
      timesThreshold: result.score / threshold,
      pictures: pictures[index] ?? { input: null, mask: null, reconstruction: null, map: null },
    }))
  }

  /** @param variant What distinguishes it from other sections of its category, or nothing. */
  async function sectionOf(
    evaluation: Evaluation,
    variant: string | null,
    signal: AbortSignal,
  ): Promise<ReportSection> {
    const results = store.imageResults.list(evaluation.id)
    const run = found(store.runs.get(evaluation.runId), `run ${evaluation.runId}`)
    const point = operatingPointOf(evaluation, results)
    const layout = store.datasets.get(run.datasetId)?.layout ?? 'plain'
    const types = [...new Set(results.filter((r) => r.anomalous).map((r) => r.defectType))]
    const { reconstruction, scoring } = evaluation.settings
    const environment =
      store.evaluations.environment(evaluation.id) ?? store.runs.environment(run.id)
    return {
      anchor: `evaluation-${evaluation.id}`,
      category: evaluation.category,
      title: variant === null ? evaluation.category : `${evaluation.category}: ${variant}`,
      facts: [
        ['Run', `${run.id}: ${run.name}`],
        ['Data set', run.datasetName],
        ['Start step T′', `${reconstruction.startStep}, skip ${reconstruction.skip}`],
        ['Guidance w', String(reconstruction.guidanceWeight)],
        ['Pixel weight v', String(scoring.pixelWeight)],
        ['Seed', `${run.config.seed}, noise ${reconstruction.noiseSeed}`],
        ['Training', `${run.step} of ${run.totalSteps} steps, ${run.config.model.imageSize} px`],
        ['Features', run.adapted ? 'adapted' : 'ImageNet'],
        ['Data fingerprint', run.datasetFingerprint.slice(0, 16)],
        ['TensorFlow', environment ? `${environment.tensorflow} on ${environment.device}` : '–'],
        ['DDAD Studio', environment?.commit?.slice(0, 12) ?? environment?.application ?? '–'],
        ['Evaluated', day(evaluation.finishedAt ?? evaluation.createdAt)],
      ],
      figures: figuresOf(evaluation),
      intervals: intervalsOf(evaluation),
      published: publishedFigures(layout, evaluation.category),
      secondsPerImage: evaluation.secondsPerImage,
      images: results.length,
      scores: {
        nominal: results.filter((r) => !r.anomalous).map((r) => r.score),
        anomalous: results.filter((r) => r.anomalous).map((r) => r.score),
      },
      loss: store.metricPoints.list(run.id, 'loss', CURVE_POINTS),
      operatingPoint: point,
      defectTypes: types.toSorted().map((name) => {
        const own = results.filter((result) => result.defectType === name)
        const found = point && own.filter(({ score }) => score >= point.threshold).length
        return { name, images: own.length, found, figures: figuresOf(evaluation, name) }
      }),
      failures: point ? await failuresOf(evaluation, results, point.threshold, signal) : [],
      corrections: correctionsOf(results),
    }
  }

  /** The masks in force that are not the data set's own. */
  function correctionsOf(results: readonly ImageResult[]): ReportSection['corrections'] {
    return results.flatMap(({ imageId, path, maskVersionId }) => {
      const id = store.images.get(imageId)?.maskVersionId ?? null
      const mask = id === null ? null : store.maskVersions.get(id)
      if (!mask || mask.version === 0) return []
      const { version, author, note, stats, createdAt } = mask
      const reason = maskReasonTexts[mask.reason as MaskReason] ?? mask.reason
      const used = mask.id === maskVersionId
      const [added, removed] = [stats?.added ?? null, stats?.removed ?? null]
      const at = day(createdAt)
      return [{ image: path, version, author, reason, note, added, removed, at, used }]
    })
  }

  /**
   * A report as one HTML document.
   * @throws {DdadError} NOT_FOUND when there is nothing to report on.
   */
  async function html(
    subject: ReportSubject,
    { signal, onProgress }: ExportContext,
  ): Promise<string> {
    const { title, list } = evaluationsOf(subject)
    const finished = list.filter(({ finishedAt }) => finishedAt !== null)
    if (finished.length === 0) {
      throw new DdadError(
        'NOT_FOUND',
        `${title} has no finished evaluation yet. Evaluate it first.`,
      )
    }
    const runs = finished.flatMap(({ runId }) => store.runs.get(runId) ?? [])
    const repeated = new Set(finished.map(({ category }) => category)).size < finished.length
    const columns = repeated ? columnsOf(runs) : [{ label: '', runs }]
    const variants: Report['variants'][number][] = []
    let done = 0
    for (const { label, runs: own } of columns) {
      const variant = repeated ? label : null
      const sections: ReportSection[] = []
      for (const evaluation of finished.filter(({ runId }) => own.some(({ id }) => id === runId))) {
        sections.push(await sectionOf(evaluation, variant, signal))
        onProgress(++done, finished.length)
        throwIfCancelled(signal)
      }
      const means = meanFigures(sections.map(({ figures }) => figures))
      variants.push({ label: variant, sections, means })
    }
    const report: Report = {
      title,
      subtitle: `Anomaly detection with DDAD · ${[...new Set(runs.map(({ datasetName }) => datasetName))].join(', ')}`,
      createdAt: day(Date.now()),
      application: appVersion(),
      sections: variants.flatMap(({ sections }) => sections),
      variants,
    }
    return reportHtml(report)
  }

  return { html, titleOf: (subject: ReportSubject): string => evaluationsOf(subject).title }
}

/** Date and time without a locale, so that a report reads the same everywhere. */
function day(epoch: number): string {
  return `${new Date(epoch).toISOString().slice(0, 16).replace('T', ' ')} UTC`
}
