import type { MetricName } from '../../../../../shared/evaluation/evaluation.ts'
import type { Run } from '../../../../../shared/runs/run.ts'
import { separation, testImages } from '../../../../../shared/maps/start-step-family.ts'
import type { SweepCell } from '../../../../../shared/maps/sweep.ts'
import { settings } from '../../../../../shared/config/settings.ts'
import { messageOf, request } from '../../../api/client.ts'
import { axesOf, figureColumn, type AxisColumn } from '../../../charts/parallel-axes.ts'
import { formatDuration } from '../../../format/time.ts'

/** One swept setting of a run at one v, with what came out. */
export interface SweepPoint {
  readonly run: Run
  readonly cell: SweepCell
  readonly pixelWeight: number
  readonly imageAuroc: number | null
  /** Figures of pixels; empty until they are counted. */
  readonly pixels: Readonly<Partial<Record<MetricName, number | null>>>
}

/** Every swept setting of some runs. Figures of pixels come one after another, as every map is read for them. */
export class SweepPoints {
  list = $state.raw<readonly SweepPoint[]>([])
  loading = $state(true)
  error = $state.raw<string | null>(null)
  /** Points whose pixels are not counted yet. */
  readonly counting = $derived(
    this.list.filter(({ pixels }) => Object.keys(pixels).length === 0).length,
  )
  #generation = 0

  async load(runs: readonly Run[], pixelWeights: readonly number[] | null): Promise<void> {
    const own = ++this.#generation
    this.loading = true
    this.error = null
    try {
      const points: SweepPoint[] = []
      for (const run of runs) {
        for (const pixelWeight of pixelWeights ?? [run.config.scoring.pixelWeight]) {
          points.push(...(await pointsOf(run, pixelWeight)))
          if (own !== this.#generation) return
        }
      }
      this.list = points
      this.loading = false
      for (const [index, { run, cell, pixelWeight }] of points.entries()) {
        const answer = await request('sweeps.regions', {
          runId: run.id,
          cellId: cell.id,
          pixelWeight,
        }).catch(() => null)
        if (own !== this.#generation) return
        const whole = answer?.metrics.filter(({ defectType }) => defectType === null) ?? []
        const pixels = {
          pixelAuroc: null,
          ...Object.fromEntries(whole.map((m) => [m.name, m.value])),
        }
        this.list = this.list.map((point, i) => (i === index ? { ...point, pixels } : point))
      }
    } catch (error) {
      if (own !== this.#generation) return
      this.error = messageOf(error)
      this.loading = false
    }
  }

  close(): void {
    this.#generation += 1
  }
}

async function pointsOf(run: Run, pixelWeight: number): Promise<SweepPoint[]> {
  const report = await request('sweeps.report', { runId: run.id, pixelWeight, known: [] })
  return report.cells
    .filter(({ probe }) => !probe)
    .map((cell) => {
      const score = (position: number) => cell.measures[position]?.score ?? null
      const imageAuroc = separation(report.images, score, testImages(null))
      return { run, cell, pixelWeight, imageAuroc, pixels: {} }
    })
}

/** Axes for T′, for the other settings in which the points differ, and for what came out. */
export function sweepAxes(points: readonly SweepPoint[]) {
  const setting = (
    label: string,
    title: string,
    read: (point: SweepPoint) => number | string,
  ): AxisColumn => ({ label, title, outcome: false, values: points.map(read), format: String })
  const { startStep, skip, guidanceWeight, pixelWeight } = {
    startStep: settings['reconstruction.startStep'],
    skip: settings['reconstruction.skip'],
    guidanceWeight: settings['reconstruction.guidanceWeight'],
    pixelWeight: settings['scoring.pixelWeight'],
  }
  const varied = [
    setting('Run', 'Whose weights', ({ run }) => run.name),
    setting('Checkpoint', 'Training step of the weights', ({ cell }) => cell.checkpointStep),
    setting('T′', startStep.explanation, ({ cell }) => cell.reconstruction.startStep),
    setting('skip', skip.explanation, ({ cell }) => cell.reconstruction.skip),
    setting('w', guidanceWeight.explanation, ({ cell }) => cell.reconstruction.guidanceWeight),
    setting('v', pixelWeight.explanation, (point) => point.pixelWeight),
  ].filter(({ label, values }) => label === 'T′' || values.some((value) => value !== values[0]))
  const pixels = (name: MetricName) =>
    figureColumn(
      name,
      points.map((point) => point.pixels[name] ?? null),
    )
  return axesOf([
    ...varied,
    {
      label: 'Time',
      title: 'Mean time of one image',
      outcome: true,
      values: points.map(({ cell }) => cell.milliseconds / 1000),
      format: (value) => formatDuration(Number(value)),
    },
    figureColumn(
      'imageAuroc',
      points.map((point) => point.imageAuroc),
    ),
    pixels('pixelAuroc'),
    pixels('auPro30'),
    pixels('pixelAp'),
  ])
}
