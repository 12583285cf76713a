import { DIFFUSION_STEPS } from '../../../shared/diffusion/schedule.ts'
import { randomFor } from '../random-streams.ts'

/**
 * Which images and which t each optimiser step takes: a function of the seed and the step alone, so that
 * training can be continued from any step. An epoch has ⌊images/batch⌋ steps; fewer images than a batch are
 * taken several times to fill one.
 */
export class TrainingPlan {
  readonly stepsPerEpoch: number
  readonly totalSteps: number
  private readonly seed: number
  private readonly images: number
  private readonly batchSize: number
  private epoch = -1
  private order: Uint32Array = new Uint32Array()

  constructor(options: { seed: number; images: number; batchSize: number; epochs: number }) {
    this.seed = options.seed
    this.images = options.images
    this.batchSize = options.batchSize
    this.stepsPerEpoch = Math.max(1, Math.floor(options.images / options.batchSize))
    this.totalSteps = options.epochs * this.stepsPerEpoch
  }

  /** Indices of the images of a step, counted from 0. */
  imagesOf(step: number): number[] {
    const epoch = Math.floor(step / this.stepsPerEpoch)
    if (epoch !== this.epoch) {
      this.order = randomFor(this.seed, 'order', epoch).permutation(this.images)
      this.epoch = epoch
    }
    const first = (step % this.stepsPerEpoch) * this.batchSize
    return Array.from({ length: this.batchSize }, (_, i) => this.order[(first + i) % this.images]!)
  }

  /** t of each image of a step, uniform in 0 … 999. */
  timestepsOf(step: number): number[] {
    const random = randomFor(this.seed, 'timestep', step)
    return Array.from({ length: this.batchSize }, () => random.integer(DIFFUSION_STEPS))
  }
}
