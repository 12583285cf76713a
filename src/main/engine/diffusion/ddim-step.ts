import { alphaBarAt } from '../../../shared/diffusion/schedule.ts'
import { tf, type Tensor4D } from '../tf.ts'
import { perSample } from './per-sample.ts'

/** Where each sample of a batch is: t, and the t that it goes to; −1 is x_0 itself. */
export interface DdimSteps {
  readonly from: readonly number[]
  readonly to: readonly number[]
}

/** σ_t of DDIM for a step from t to t⁻ (Song et al., 2021, eq. 16). */
function sigmaOf(from: number, to: number, eta: number): number {
  const [now, next] = [alphaBarAt(from), alphaBarAt(to)]
  return eta * Math.sqrt(((1 - now / next) * (1 - next)) / (1 - now))
}

/** Whether a step draws noise: η = 0 and the last step of any η do not. */
export function isNoisy({ from, to }: DdimSteps, eta: number): boolean {
  return from.some((step, i) => sigmaOf(step, to[i]!, eta) > 0)
}

/**
 * One conditioned denoising step (DDAD, arXiv 2305.15956): y_t from the target and the predicted noise ε̂ (eq. 5),
 * the guided noise ε̂ − w·√(1−ᾱ_t)·(y_t − x_t) (eq. 6), and with it the step of DDIM (Song et al., 2021, eq. 12).
 *
 * @param x x_t; `target` y_0; `predicted` ε̂ = ε_θ(x_t, t); all [N,S,S,3]
 * @param z normal noise of the same shape; null where {@link isNoisy} is false
 * @returns the guided prediction of x_0, and x at the next step; both belong to the caller's tidy
 */
export function ddimStep(
  x: Tensor4D,
  target: Tensor4D,
  predicted: Tensor4D,
  steps: DdimSteps,
  { guidanceWeight, eta }: { readonly guidanceWeight: number; readonly eta: number },
  z: Tensor4D | null,
): { clean: Tensor4D; next: Tensor4D } {
  const column = (value: (from: number, to: number) => number) =>
    perSample(steps.from.map((from, i) => value(from, steps.to[i]!)))
  const sqrtAlphaBar = column((t) => Math.sqrt(alphaBarAt(t)))
  const sqrtOneMinusAlphaBar = column((t) => Math.sqrt(1 - alphaBarAt(t)))
  const noisyTarget = tf.add(tf.mul(target, sqrtAlphaBar), tf.mul(predicted, sqrtOneMinusAlphaBar))
  const pull = tf.mul(tf.mul(sqrtOneMinusAlphaBar, guidanceWeight), tf.sub(noisyTarget, x))
  const guided = tf.sub(predicted, pull)
  const clean: Tensor4D = tf.div(tf.sub(x, tf.mul(guided, sqrtOneMinusAlphaBar)), sqrtAlphaBar)
  const direction = column((t, to) =>
    Math.sqrt(Math.max(0, 1 - alphaBarAt(to) - sigmaOf(t, to, eta) ** 2)),
  )
  const along: Tensor4D = tf.add(
    tf.mul(
      clean,
      column((_, to) => Math.sqrt(alphaBarAt(to))),
    ),
    tf.mul(guided, direction),
  )
  if (!z) return { clean, next: along }
  return {
    clean,
    next: tf.add(
      along,
      tf.mul(
        z,
        column((t, to) => sigmaOf(t, to, eta)),
      ),
    ),
  }
}
