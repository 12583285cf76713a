import { isDeepStrictEqual } from 'node:util'
import { DdadError } from '../../../shared/errors.ts'
import { tf, type Tensor } from '../tf.ts'
import { GraphBuilder } from './graph-builder.ts'
import { attribute, type GraphNode, type TensorSpec } from './graph-def.ts'
import { nodeBackend } from './node-backend.ts'
import type { GraphFunction, ProgramDefinition, Tensors } from './program-definition.ts'
import { ShapeProbe } from './shape-probe.ts'
import { Tracer } from './tracer.ts'

/** Where the graph has what a function takes and gives. */
export interface Endpoints {
  readonly inputs: Readonly<Record<string, Input>>
  readonly outputs: Readonly<Record<string, string>>
  /** Fetched to have variables changed. */
  readonly done: readonly string[]
}

interface Input extends TensorSpec {
  /** What is fed. */
  readonly output: string
}

export interface ProgramGraph {
  readonly nodes: readonly GraphNode[]
  readonly functions: Readonly<Record<string, Endpoints>>
  /** For each variable, what to feed and to fetch to give it a value, and the output that reads it. */
  readonly variables: Readonly<Record<string, { readonly set: Setter; readonly read: string }>>
}

interface Setter {
  readonly input: Input
  readonly done: string
}

/**
 * Traces the functions of a program into one graph. Each is traced twice: what comes out differently holds
 * numbers that change from call to call, which a graph would repeat for ever.
 * Throws DdadError INTERNAL for what cannot be compiled.
 */
export function buildProgram(definition: ProgramDefinition): ProgramGraph {
  const probe = new ShapeProbe(nodeBackend())
  const graph = buildOnce(definition, probe)
  if (!isDeepStrictEqual(graph.nodes, buildOnce(definition, probe).nodes))
    throw new DdadError(
      'INTERNAL',
      'A function that is being compiled computes differently each time it runs. ' +
        'Pass random numbers and counters as inputs.',
    )
  return graph
}

function buildOnce(definition: ProgramDefinition, probe: ShapeProbe): ProgramGraph {
  const builder = new GraphBuilder()
  const variables = new Map(
    Object.entries(definition.variables).map(([name, spec]) => [
      name,
      new GraphVariable(builder, name, spec),
    ]),
  )
  const functions = Object.entries(definition.functions).map(
    ([name, each]) =>
      [name, buildFunction(builder, new Tracer(builder, probe), variables, each)] as const,
  )
  return {
    nodes: builder.nodes,
    functions: Object.fromEntries(functions),
    variables: Object.fromEntries(
      [...variables].map(([name, variable]) => [
        name,
        { set: variable.setter(), read: variable.read() },
      ]),
    ),
  }
}

function buildFunction(
  builder: GraphBuilder,
  tracer: Tracer,
  variables: ReadonlyMap<string, GraphVariable>,
  definition: GraphFunction,
): Endpoints {
  const inputs = Object.fromEntries(
    Object.entries(definition.inputs).map(([name, spec]) => [
      name,
      { ...spec, ...addInput(builder, spec) },
    ]),
  )
  const reads = new Map<string, string>()
  const outputs: Record<string, string> = {}
  const changes: string[] = []
  const given = Object.entries(inputs).map(([name, { copy, ...spec }]): [string, Tensor] => [
    name,
    tf.keep(tracer.tensor(copy, spec)),
  ])
  const { tensors, dispose } = readers(variables, (name, variable) => {
    const output = variable.read()
    reads.set(name, output)
    return tf.keep(tracer.tensor(output, variable.spec))
  })
  const variableOf = (name: string) => {
    const variable = variables.get(name)
    if (!variable) throw new DdadError('INTERNAL', `The program has no variable ${name}`)
    return variable
  }
  const change = (op: 'AssignVariableOp' | 'AssignAddVariableOp', values: Tensors = {}) => {
    for (const [name, tensor] of Object.entries(values)) {
      const variable = variableOf(name)
      variable.check(tensor)
      changes.push(variable.change(op, tracer.output(tensor), reads.get(name)))
    }
  }
  try {
    tracer.record(() => {
      const result = definition.run(Object.fromEntries(given), tensors)
      for (const [name, tensor] of Object.entries(result.outputs))
        outputs[name] = tracer.output(tensor)
      change('AssignVariableOp', result.assignments)
      change('AssignAddVariableOp', result.additions)
      for (const update of result.updates ?? []) {
        const handles = update.variables.map((name) => variableOf(name).handle)
        const values = update.inputs.map((tensor) => tracer.output(tensor))
        const seen = update.variables.flatMap((name) => reads.get(name) ?? [])
        const dtype = variableOf(update.variables[0]!).spec.dtype
        changes.push(
          builder.add(update.op, [...handles, ...values, ...seen.map(after)], {
            T: attribute.dtype(dtype),
          }),
        )
      }
    })
  } finally {
    tf.dispose(given.map(([, tensor]) => tensor))
    dispose()
  }
  return { inputs, outputs, done: changes.length > 0 ? [addDone(builder, changes)] : [] }
}

/** Variables as a function sees them. One is read when it is first used, so that others can change in place. */
function readers(
  variables: ReadonlyMap<string, GraphVariable>,
  read: (name: string, variable: GraphVariable) => Tensor,
): { tensors: Tensors; dispose: () => void } {
  const made = new Map<string, Tensor>()
  const tensors: Record<string, Tensor> = {}
  for (const [name, variable] of variables)
    Object.defineProperty(tensors, name, {
      enumerable: true,
      get: () => {
        const tensor = made.get(name) ?? read(name, variable)
        made.set(name, tensor)
        return tensor
      },
    })
  return { tensors, dispose: () => tf.dispose([...made.values()]) }
}

/** A variable in TensorFlow's session: read and changed by nodes that share its handle. */
class GraphVariable {
  readonly spec: TensorSpec
  readonly #name: string
  readonly #builder: GraphBuilder
  /** The output that operations on the variable take. */
  readonly handle: string

  constructor(builder: GraphBuilder, name: string, spec: TensorSpec) {
    this.spec = spec
    this.#name = name
    this.#builder = builder
    const handle = builder.add('VarHandleOp', [], {
      dtype: attribute.dtype(spec.dtype),
      shape: attribute.shape(spec.shape),
      shared_name: attribute.text(name),
    })
    this.handle = `${handle}:0`
  }

  read(): string {
    const dtype = attribute.dtype(this.spec.dtype)
    return `${this.#builder.add('ReadVariableOp', [this.handle], { dtype })}:0`
  }

  /** @param read an output that must see the value from before the change */
  change(op: 'AssignVariableOp' | 'AssignAddVariableOp', value: string, read?: string): string {
    const dtype = attribute.dtype(this.spec.dtype)
    return this.#builder.add(op, [this.handle, value, ...(read ? [after(read)] : [])], { dtype })
  }

  setter(): Setter {
    const input = addInput(this.#builder, this.spec)
    const done = addDone(this.#builder, [this.change('AssignVariableOp', input.copy)])
    return { input: { ...this.spec, ...input }, done }
  }

  check({ shape, dtype }: Tensor): void {
    if (dtype !== this.spec.dtype || shape.join() !== this.spec.shape.join())
      throw new DdadError(
        'INTERNAL',
        `Variable ${this.#name} is ${this.spec.dtype} [${this.spec.shape.join()}] and cannot be given ` +
          `${dtype} [${shape.join()}]`,
      )
  }
}

/** An input that only says: after the node of this output. */
function after(output: string): string {
  return `^${output.replace(/:0$/, '')}`
}

/**
 * A placeholder, and a copy of what is fed to it. What is fed may be JavaScript's memory, which only
 * JavaScript's thread may let go of; a variable or an output must not keep it.
 */
function addInput(builder: GraphBuilder, spec: TensorSpec): { output: string; copy: string } {
  const placeholder = builder.add('Placeholder', [], {
    dtype: attribute.dtype(spec.dtype),
    shape: attribute.shape(spec.shape),
  })
  const output = `${placeholder}:0`
  const copy = builder.add('DeepCopy', [output], { T: attribute.dtype(spec.dtype) })
  return { output, copy: `${copy}:0` }
}

/** An output that can be fetched once the changes are made. */
function addDone(builder: GraphBuilder, changes: readonly string[]): string {
  const node = builder.add(
    'Const',
    changes.map((change) => `^${change}`),
    {
      dtype: attribute.dtype('bool'),
      value: attribute.tensor({ shape: [], dtype: 'bool' }, Uint8Array.of(1)),
    },
  )
  return `${node}:0`
}
