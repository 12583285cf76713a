import type { Tensor } from '../tf.ts'
import type { TensorSpec } from './graph-def.ts'

export type Tensors<Name extends string = string> = Readonly<Record<Name, Tensor>>

/** A function of a program: what it takes, and how it computes from that and the program's variables. */
export interface GraphFunction {
  readonly inputs: Readonly<Record<string, TensorSpec>>
  /**
   * Runs while compiling only, on tensors without content. It may use any tfjs operation, gradients included,
   * but not read values or draw random numbers; JavaScript numbers it uses are fixed from then on.
   */
  run(inputs: Tensors, variables: Tensors): GraphResult
}

export interface GraphResult {
  /** What a call returns. */
  readonly outputs: Tensors
  /** New values of the variables that a call changes, computed from the values before it. */
  readonly assignments?: Tensors
  /** Terms that a call adds to variables, in place. */
  readonly additions?: Tensors
  /** TensorFlow's own operations on variables, such as an optimiser's step. */
  readonly updates?: readonly VariableUpdate[]
}

/** An operation that takes variables first, then tensors, and changes the variables in place. */
export interface VariableUpdate {
  readonly op: string
  readonly variables: readonly string[]
  readonly inputs: readonly Tensor[]
}

export interface ProgramDefinition {
  /** Names must differ; variables have no value until they are set. */
  readonly variables: Readonly<Record<string, TensorSpec>>
  readonly functions: Readonly<Record<string, GraphFunction>>
}
