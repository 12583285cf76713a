import { tf, type Tensor } from '../tf.ts'
import type { Tensors, VariableUpdate } from './program-definition.ts'

const BETA1 = 0.9
const BETA2 = 0.999
const EPSILON = 1e-8
const scalar = { shape: [], dtype: 'float32' } as const

/** Numbers that differ from step to step. */
export const adamScalars = { rate: scalar, epsilon: scalar } as const

/**
 * Adam's numbers for a step, counted from 1. TensorFlow's operation takes ε beside √v as it is stored, torch
 * beside √(v/(1−β₂ᵗ)); multiplied by √(1−β₂ᵗ) it is the same step.
 */
export function adamValues(step: number, learningRate: number) {
  const correction = Math.sqrt(1 - BETA2 ** step)
  return {
    rate: Float32Array.of((learningRate * correction) / (1 - BETA1 ** step)),
    epsilon: Float32Array.of(EPSILON * correction),
  }
}

/**
 * One weight's step of Adam in place, as nn/adam.ts takes it.
 * @param names of the variables
 * @param gradient with the decay in it
 */
export function adamUpdate(
  names: { readonly weight: string; readonly m: string; readonly v: string },
  gradient: Tensor,
  { rate, epsilon }: Tensors,
): VariableUpdate {
  const number = (value: number) => tf.scalar(value)
  return {
    op: 'ResourceApplyAdam',
    variables: [names.weight, names.m, names.v],
    // β₁ᵗ and β₂ᵗ are in the rate already.
    inputs: [number(0), number(0), rate!, number(BETA1), number(BETA2), epsilon!, gradient],
  }
}
