import { tf, type Tensor4D } from '../tf.ts'
import { perSample } from './per-sample.ts'
import { alphaBarAt } from '../../../shared/diffusion/schedule.ts'

/**
 * Samples q(x_t | x_0): √ᾱ_t·x + √(1−ᾱ_t)·ε (Ho et al., 2020, eq. 4).
 *
 * @param x [N,S,S,3] images in −1 … 1
 * @param noise ε, of the same shape
 * @param steps t of each sample
 */
export function addNoise(x: Tensor4D, noise: Tensor4D, steps: readonly number[]): Tensor4D {
  return tf.tidy(() => {
    const sqrtAlphaBar = perSample(steps.map((t) => Math.sqrt(alphaBarAt(t))))
    const sqrtOneMinusAlphaBar = perSample(steps.map((t) => Math.sqrt(1 - alphaBarAt(t))))
    return tf.add(tf.mul(x, sqrtAlphaBar), tf.mul(noise, sqrtOneMinusAlphaBar))
  })
}
