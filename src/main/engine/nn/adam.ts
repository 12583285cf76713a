import { tf, type Tensor, type Tensor1D } from '../tf.ts'
import { FlatLayout } from './flat-weights.ts'

export interface AdamOptions {
  readonly learningRate: number
  readonly weightDecay: number
  /**
   * `coupled` adds decay·θ to the gradient, as torch.optim.Adam does; `decoupled` shrinks θ by
   * learning rate·decay before the step, as torch.optim.AdamW does (Loshchilov and Hutter, 2019).
   */
  readonly decay: 'coupled' | 'decoupled'
}

const BETA1 = 0.9
const BETA2 = 0.999
const EPSILON = 1e-8

/** First and second moments by name, and how many steps they have seen. */
export interface AdamState {
  readonly step: number
  readonly m: ReadonlyMap<string, Tensor>
  readonly v: ReadonlyMap<string, Tensor>
}

/** Adam (Kingma and Ba, 2015) with bias correction; its state is float32, as torch's is. */
export class Adam {
  private readonly options: AdamOptions
  private readonly layout: FlatLayout
  private m: Tensor1D
  private v: Tensor1D
  private stepCount: number

  /** @param state continues from the moments of an earlier optimiser, which are copied */
  constructor(weights: ReadonlyMap<string, Tensor>, options: AdamOptions, state?: AdamState) {
    this.options = options
    this.layout = new FlatLayout(weights)
    this.m = tf.keep(state ? this.layout.join(state.m) : tf.zeros([this.layout.size]))
    this.v = tf.keep(state ? this.layout.join(state.v) : tf.zeros([this.layout.size]))
    this.stepCount = state?.step ?? 0
  }

  get step(): number {
    return this.stepCount
  }

  /**
   * One step. A weight without a gradient is taken to have gradient zero.
   * @param learningRate of this step, where it is not that of the options
   * @returns the new weights, owned by the caller, who disposes of the old ones
   */
  update(
    weights: ReadonlyMap<string, Tensor>,
    gradients: ReadonlyMap<string, Tensor>,
    learningRate = this.options.learningRate,
  ): Map<string, Tensor> {
    const { weightDecay, decay } = this.options
    this.stepCount += 1
    const correction1 = 1 - BETA1 ** this.stepCount
    const correction2 = Math.sqrt(1 - BETA2 ** this.stepCount)
    const [m, v, updated] = tf.tidy(() => {
      const gradient = this.layout.join(gradients)
      const old = this.layout.join(weights)
      const g = decay === 'coupled' ? tf.add(gradient, tf.mul(old, weightDecay)) : gradient
      const theta = decay === 'coupled' ? old : tf.mul(old, 1 - learningRate * weightDecay)
      const m = tf.add(this.m, tf.mul(tf.sub(g, this.m), 1 - BETA1)) as Tensor1D
      const v = tf.add(tf.mul(this.v, BETA2), tf.mul(tf.square(g), 1 - BETA2)) as Tensor1D
      const scale = tf.add(tf.div(tf.sqrt(v), correction2), EPSILON)
      const change = tf.mul(tf.div(m, scale), learningRate / correction1)
      return [tf.keep(m), tf.keep(v), tf.sub(theta, change) as Tensor1D]
    }) as [Tensor1D, Tensor1D, Tensor1D]
    tf.dispose([this.m, this.v])
    this.m = m
    this.v = v
    const next = this.layout.split(updated)
    updated.dispose()
    return next
  }

  /** Copies of the moments, owned by the caller. */
  state(): AdamState {
    return { step: this.stepCount, m: this.layout.split(this.m), v: this.layout.split(this.v) }
  }

  dispose(): void {
    tf.dispose([this.m, this.v])
  }
}
