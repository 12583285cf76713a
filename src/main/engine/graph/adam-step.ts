import { tf, type Tensor } from '../tf.ts'

export const ADAM_BETA1 = 0.9
export const ADAM_BETA2 = 0.999
const EPSILON = 1e-8

export interface AdamTensors {
  readonly weight: Tensor
  readonly m: Tensor
  readonly v: Tensor
}

/**
 * One weight's step of Adam with decay added to the gradient, operation by operation as nn/adam.ts does it.
 * @param correction √(1−β₂ᵗ)
 * @param rate learning rate / (1−β₁ᵗ)
 */
export function adamStep(
  { weight, m, v }: AdamTensors,
  gradient: Tensor,
  { rate, correction, weightDecay }: { rate: Tensor; correction: Tensor; weightDecay: number },
): AdamTensors {
  const g = tf.add(gradient, tf.mul(weight, weightDecay))
  const nextM = tf.add(m, tf.mul(tf.sub(g, m), 1 - ADAM_BETA1))
  const nextV = tf.add(tf.mul(v, ADAM_BETA2), tf.mul(tf.square(g), 1 - ADAM_BETA2))
  const scale = tf.add(tf.div(tf.sqrt(nextV), correction), EPSILON)
  const change = tf.mul(tf.div(nextM, scale), rate)
  return { weight: tf.sub(weight, change), m: nextM, v: nextV }
}
