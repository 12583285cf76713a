/** Operating points: how a run's images are scored and decided, kept by name. */
import type { EvaluationSettings } from '../../../shared/config/run-config.ts'
import type { EvaluationId, OperatingPointId, RunId } from '../../../shared/core/ids.ts'
import type {
  DecisionSettings,
  OperatingPoint,
  OperatingSettings,
} from '../../../shared/runs/operating-point.ts'
import { sameMaps } from '../../../shared/evaluation/decide.ts'
import { DdadError } from '../../../shared/errors.ts'
import type { Facts } from '../core/facts.ts'
import type { Workspace } from '../core/workspace.ts'
import { found } from '../core/found.ts'

/** Which point an evaluation is made with: the one in use, or the newest of a kind. */
export type StartStepMode = 'auto' | 'category' | 'image'

export function createOperatingPoints({ store }: Workspace, facts: Facts) {
  const points = store.operatingPoints

  const get = (id: OperatingPointId) => found(points.get(id), `operating point ${id}`)

  const runOf = (id: RunId) => found(store.runs.get(id), `run ${id}`)

  const evaluationOf = (id: EvaluationId) => found(store.evaluations.get(id), `evaluation ${id}`)

  function checkName(runId: RunId, name: string): void {
    if (!points.named(runId, name)) return
    throw new DdadError(
      'CONFLICT',
      `This run already has an operating point called ${name}. Choose another name, or delete that one first.`,
    )
  }

  function changed(runId: RunId, evaluationIds: readonly EvaluationId[]): void {
    facts.tell('operatingPoints.changed', { runId })
    for (const evaluationId of evaluationIds) facts.tell('evaluations.changed', { evaluationId })
  }

  /** Makes it the one of its run and lets it decide the run's evaluations of the same maps. */
  function takeIntoUse(point: OperatingPoint): EvaluationId[] {
    const { evaluation, thresholds } = point.settings
    points.use(point.runId, point.id)
    if (!thresholds) return []
    const same = store.evaluations
      .list(point.runId)
      .filter(({ settings }) => sameMaps(settings, evaluation))
      .map(({ id }) => id)
    for (const id of same) points.decide(id, point.id)
    return same
  }

  const inUse = (runId: RunId) => points.list(runId).find((point) => point.inUse) ?? null

  /** The name, with a number where it is taken. */
  function freeName(runId: RunId, name: string): string {
    for (let n = 1; ; n++) {
      const wanted = n === 1 ? name : `${name} (${n})`
      if (!points.named(runId, wanted)) return wanted
    }
  }

  return {
    get,
    list: (runId: RunId): readonly OperatingPoint[] => points.list(runOf(runId).id),
    /** Those that can be brought back, the last one deleted first. */
    deleted: (runId: RunId): readonly OperatingPoint[] => points.deleted(runOf(runId).id),
    /** What the run's next evaluations are made with; null: its own settings. */
    inUse,
    /** @throws {DdadError} NOT_FOUND when the run has none of that name. */
    named: (runId: RunId, name: string): OperatingPoint => {
      const point = points.named(runId, name)
      if (point) return point
      const names = points.list(runOf(runId).id).map((other) => other.name)
      const known = names.length > 0 ? ` It has ${names.join(', ')}.` : ''
      throw new DdadError(
        'NOT_FOUND',
        `Run ${runId} has no operating point called ${name}.${known}`,
      )
    },
    /**
     * Keeps thresholds of an evaluation, with how its images were scored.
     * @throws {DdadError} CONFLICT when the name is taken, NOT_FOUND without the evaluation.
     */
    save: (
      evaluationId: EvaluationId,
      name: string,
      { pixelWeight, ...thresholds }: DecisionSettings,
    ): OperatingPoint => {
      const { runId, settings, chosenOn } = evaluationOf(evaluationId)
      const evaluation = { ...settings, scoring: { ...settings.scoring, pixelWeight } }
      const id = store.transaction(() => {
        checkName(runId, name)
        const chosen = points
          .list(runId)
          .find((other) => other.settings.reason && sameMaps(other.settings.evaluation, settings))
        const own = {
          ...{ evaluation, reason: chosen?.settings.reason ?? null, thresholds },
          ...(chosenOn && { chosenOn: [...chosenOn] }),
        }
        return points.insert({ runId, evaluationId, name, settings: own, createdAt: Date.now() })
      })
      changed(runId, [])
      return get(id)
    },
    /**
     * Keeps a choice of T′ (and takes it into use); one with the same settings is taken again. A taken name gets
     * a number.
     */
    choose: (
      runId: RunId,
      name: string,
      choice: Omit<OperatingSettings, 'thresholds'>,
    ): OperatingPoint => {
      runOf(runId)
      const settings = { ...choice, thresholds: null }
      const { point, affected } = store.transaction(() => {
        const same = points
          .list(runId)
          .find(
            (other) =>
              other.settings.thresholds === null &&
              other.settings.reason === choice.reason &&
              sameMaps(other.settings.evaluation, choice.evaluation) &&
              String(other.settings.chosenOn) === String(choice.chosenOn) &&
              other.settings.evaluation.scoring.pixelWeight ===
                choice.evaluation.scoring.pixelWeight,
          )
        const createdAt = Date.now()
        const evaluationId = null
        const id =
          same?.id ??
          points.insert({ runId, evaluationId, name: freeName(runId, name), settings, createdAt })
        return { point: get(id), affected: takeIntoUse(get(id)) }
      })
      changed(runId, affected)
      return get(point.id)
    },
    /** Deletes a point; {@link restore} brings it back. */
    remove: (id: OperatingPointId): void => {
      const { runId, decides } = get(id)
      points.setDeleted(id, Date.now())
      changed(runId, decides)
    },
    /** @throws {DdadError} CONFLICT when another point has its name by now. */
    restore: (id: OperatingPointId): void => {
      const { runId, name, decides, deletedAt } = get(id)
      if (deletedAt === null) return
      store.transaction(() => {
        checkName(runId, name)
        points.setDeleted(id, null)
      })
      changed(runId, decides)
    },
    /** What the run's next evaluations are made with; its evaluations of the same maps are decided by it. */
    use: (id: OperatingPointId): void => {
      const point = get(id)
      if (point.deletedAt !== null) {
        throw new DdadError('CONFLICT', `${point.name} is deleted. Restore it first.`)
      }
      changed(
        point.runId,
        store.transaction(() => takeIntoUse(point)),
      )
    },
    /** Takes a point out of use: the run's own settings and default thresholds hold again. */
    release: (id: OperatingPointId): void => {
      const { runId, decides, inUse: used } = get(id)
      store.transaction(() => {
        if (used) points.use(runId, null)
        for (const evaluationId of decides) points.decide(evaluationId, null)
      })
      changed(runId, decides)
    },
    /** The newest point whose T′ was chosen for one defect type; null: none. */
    forType: (runId: RunId, defectType: string): OperatingPoint | null =>
      points
        .list(runOf(runId).id)
        .filter(({ settings }) => settings.defectType === defectType)
        .toSorted((a, b) => b.id - a.id)[0] ?? null,
    /**
     * What an evaluation is made with: the point in use, or with a mode the newest whose T′ was chosen so; with
     * `auto` and none in use, the run's own settings.
     * @throws {DdadError} CONFLICT when nothing of that mode was chosen.
     */
    forEvaluation: (
      runId: RunId,
      mode: StartStepMode,
    ): { readonly settings: EvaluationSettings; readonly point: OperatingPoint | null } => {
      const { config, name } = runOf(runId)
      const kindOf = ({ settings }: OperatingPoint) =>
        settings.defectType !== undefined
          ? 'type'
          : settings.evaluation.startStepRule
            ? 'image'
            : 'category'
      const fits = (point: OperatingPoint) => mode === 'auto' || kindOf(point) === mode
      const used = inUse(runId)
      const chosen = points
        .list(runId)
        .filter((point) => point.settings.reason !== null && fits(point))
        .toSorted((a, b) => b.id - a.id)[0]
      const point = used && fits(used) ? used : mode === 'auto' ? null : chosen
      if (point) return { settings: point.settings.evaluation, point }
      if (mode === 'auto') {
        const { reconstruction, scoring } = config
        return { settings: { reconstruction, scoring }, point: null }
      }
      const rules = mode === 'image' ? 'neighbours, probe or clear' : 'fixed or painted'
      throw new DdadError(
        'CONFLICT',
        `Nothing of that kind is chosen for ${name} yet. Sweep T′ and press "Use this" in the view Start step, ` +
          `or run \`ddad sweep --run ${runId} --start-steps … --use RULE\` with ${rules}.`,
      )
    },
  }
}

export type OperatingPoints = ReturnType<typeof createOperatingPoints>
