import { DdadError } from '../../../shared/errors.ts'
import { tf, type Tensor } from '../tf.ts'
import { buildProgram, type Endpoints, type ProgramGraph } from './build-program.ts'
import type { ProgramDefinition } from './program-definition.ts'
import { GraphSession } from './session.ts'

/** A tensor, or its elements in row-major order. */
export type TensorInput = Tensor | Float32Array | Int32Array

/**
 * Compiles functions of tensors into one TensorFlow graph with variables of its own. A call runs as a whole
 * inside TensorFlow: no cost per operation, and memory is given back as soon as nothing needs it any more.
 * Compiling runs every function's JavaScript, one operation's memory at a time.
 */
export function compileProgram(definition: ProgramDefinition): Program {
  return new Program(buildProgram(definition))
}

/** Whether `DDAD_EAGER=1` asks for everything operation by operation. */
export function eagerWanted(): boolean {
  return process.env['DDAD_EAGER'] === '1'
}

/** Compiled functions and the variables they share. */
export class Program {
  readonly #graph: ProgramGraph
  readonly #session: GraphSession

  constructor(graph: ProgramGraph) {
    this.#graph = graph
    this.#session = new GraphSession(graph.nodes)
  }

  /**
   * Runs a function. The results belong to the caller, as those of any tfjs operation do.
   * Throws DdadError INTERNAL where an input is missing or has another shape or type than compiled.
   */
  call(name: string, inputs: Readonly<Record<string, TensorInput>> = {}): Record<string, Tensor> {
    const endpoints = this.#graph.functions[name]
    if (!endpoints) throw new DdadError('INTERNAL', `The program has no function ${name}`)
    return this.#run(name, endpoints, inputs)
  }

  /** Operations of a call, before TensorFlow merges some of them. */
  operations(name: string): number {
    const { outputs, done } = this.#graph.functions[name]!
    const byName = new Map(this.#graph.nodes.map((node) => [node.name, node]))
    const needed = new Set<string>()
    const waiting = [...Object.values(outputs), ...done]
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      const node = next.replace(/^\^|:\d+$/g, '')
      if (needed.has(node)) continue
      needed.add(node)
      waiting.push(...(byName.get(node)?.inputs ?? []))
    }
    return needed.size
  }

  /** Gives variables their values; tensors remain the caller's. */
  setVariables(values: Readonly<Record<string, TensorInput>>): void {
    const sets = Object.keys(values).map((name) => [name, this.#variable(name).set] as const)
    const inputs = Object.fromEntries(sets.map(([name, { input }]) => [name, input]))
    const done = sets.map(([, { done }]) => done)
    tf.dispose(this.#run('set', { inputs, outputs: {}, done }, values))
  }

  /** The current values of the named variables, or of all; they belong to the caller. */
  variables(names: readonly string[] = Object.keys(this.#graph.variables)): Record<string, Tensor> {
    const tensors = this.#session.run(
      {},
      names.map((name) => this.#variable(name).read),
    )
    return Object.fromEntries(names.map((name, index) => [name, tensors[index]!]))
  }

  /** Frees the graph and its variables. */
  dispose(): void {
    this.#session.dispose()
  }

  #variable(name: string) {
    const variable = this.#graph.variables[name]
    if (!variable) throw new DdadError('INTERNAL', `The program has no variable ${name}`)
    return variable
  }

  #run(
    name: string,
    { inputs, outputs, done }: Endpoints,
    given: Readonly<Record<string, TensorInput>>,
  ): Record<string, Tensor> {
    const unknown = Object.keys(given).find((key) => !(key in inputs))
    if (unknown) throw new DdadError('INTERNAL', `${name} has no input ${unknown}`)
    const made: Tensor[] = []
    try {
      const feeds = Object.entries(inputs).map(([key, { output, shape, dtype }]) => {
        const value = given[key]
        if (!value) throw new DdadError('INTERNAL', `${name} needs the input ${key}`)
        const size = shape.reduce((product, length) => product * length, 1)
        const fits =
          value instanceof tf.Tensor
            ? value.dtype === dtype && value.shape.join() === shape.join()
            : value.length === size
        if (!fits)
          throw new DdadError(
            'INTERNAL',
            `${name} was compiled for ${key} as ${dtype} [${shape.join()}] and was given ${describe(value)}`,
          )
        if (value instanceof tf.Tensor) return [output, value] as const
        const tensor = tf.tensor(value, [...shape], dtype)
        made.push(tensor)
        return [output, tensor] as const
      })
      const fetches = [...Object.values(outputs), ...done]
      const results = this.#session.run(Object.fromEntries(feeds), fetches)
      tf.dispose(results.slice(results.length - done.length))
      return Object.fromEntries(Object.keys(outputs).map((key, index) => [key, results[index]!]))
    } finally {
      tf.dispose(made)
    }
  }
}

function describe(value: TensorInput): string {
  return value instanceof tf.Tensor
    ? `${value.dtype} [${value.shape.join()}]`
    : `${value.length} elements`
}
