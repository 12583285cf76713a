import type { MetricPoint } from '../../../shared/runs/run.ts'
import type { EngineEvent } from '../../../shared/processes/engine.ts'

/** Events go out at most ten times a second. */
const INTERVAL = 100
/** Weight of the newest step in the average of step times. */
const NEWEST = 0.1

/** Reports progress and metrics of a job, gathered so that quick steps do not flood the receiver. */
export class ProgressReporter {
  private readonly emit: (event: EngineEvent) => void
  private readonly total: number
  private points: MetricPoint[] = []
  private done: number
  private secondsPerStep: number | null = null
  private lastStep = performance.now()
  private lastSent = -Infinity

  constructor(emit: (event: EngineEvent) => void, done: number, total: number) {
    this.emit = emit
    this.done = done
    this.total = total
  }

  /** Counts one step with its metrics. */
  step(points: readonly MetricPoint[]): void {
    const now = performance.now()
    const seconds = (now - this.lastStep) / 1000
    const average = this.secondsPerStep
    this.secondsPerStep = average === null ? seconds : average + NEWEST * (seconds - average)
    this.lastStep = now
    this.done += 1
    this.points.push(...points)
    if (now - this.lastSent >= INTERVAL) this.flush()
  }

  /** Sends what has been gathered; call it at the end. */
  flush(): void {
    this.lastSent = performance.now()
    const secondsPerStep = this.secondsPerStep ?? 0
    this.emit({
      type: 'progress',
      progress: {
        done: this.done,
        total: this.total,
        secondsPerStep,
        secondsLeft: (this.total - this.done) * secondsPerStep,
      },
    })
    if (this.points.length > 0) this.emit({ type: 'metrics', points: this.points })
    this.points = []
  }
}
