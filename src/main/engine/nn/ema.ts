import { tf, type Tensor, type Tensor1D } from '../tf.ts'
import { FlatLayout } from './flat-weights.ts'

/** Exponential moving average of weights: average ← decay·average + (1−decay)·θ after each step. */
export class Ema {
  private readonly layout: FlatLayout
  private readonly decay: number
  private average: Tensor1D

  /** @param start the weights, or the average that is continued; copied */
  constructor(start: ReadonlyMap<string, Tensor>, decay: number) {
    this.layout = new FlatLayout(start)
    this.decay = decay
    this.average = tf.keep(this.layout.join(start))
  }

  update(weights: ReadonlyMap<string, Tensor>): void {
    const old = this.average
    this.average = tf.tidy(() => {
      const change = tf.mul(tf.sub(this.layout.join(weights), old), 1 - this.decay)
      return tf.keep(tf.add(old, change) as Tensor1D)
    })
    old.dispose()
  }

  /** A copy of the average, owned by the caller. */
  weights(): Map<string, Tensor> {
    return this.layout.split(this.average)
  }

  dispose(): void {
    this.average.dispose()
  }
}
