import { readFileSync } from 'node:fs'
import { afterAll, describe, expect, it } from 'vitest'
import { compileProgram } from '../../../src/main/engine/graph/compile.ts'
import { tensorCount, tf, type Tensor, type Tensor4D } from '../../../src/main/engine/tf.ts'
import { relativeError, valuesOf } from '../support.ts'

const image = { shape: [2, 8, 8, 3], dtype: 'float32' } as const
const kernel = { shape: [3, 3, 3, 8], dtype: 'float32' } as const
const scalar = { shape: [], dtype: 'float32' } as const

/** Convolution, softmax over channels, and a loss: enough for gradients of different kinds. */
function loss(x: Tensor, w: Tensor): Tensor {
  const features = tf.conv2d(x as Tensor4D, w as Tensor4D, 1, 'same')
  return tf.sum(tf.square(tf.mul(tf.softmax(features), tf.sigmoid(features))))
}

function descend(x: Tensor, w: Tensor): Tensor {
  const [gradient] = tf.grads((weights: Tensor) => loss(x, weights) as never)([w])
  return tf.sub(w, tf.mul(gradient!, 0.1))
}

function trainingProgram() {
  return compileProgram({
    variables: { w: kernel, count: scalar },
    functions: {
      loss: {
        inputs: { x: image },
        run: ({ x }, { w }) => ({ outputs: { loss: loss(x!, w!) } }),
      },
      step: {
        inputs: { x: image },
        run: ({ x }, { w }) => ({
          outputs: {},
          assignments: { w: descend(x!, w!) },
          additions: { count: tf.scalar(1) },
        }),
      },
    },
  })
}

describe('a compiled program', () => {
  const x = tf.randomNormal([...image.shape], 0, 1, 'float32', 1)
  const w = tf.randomNormal([...kernel.shape], 0, 1, 'float32', 2)
  const program = trainingProgram()
  afterAll(() => program.dispose())

  it('computes what the functions compute, gradients included, and keeps its state', () => {
    program.setVariables({ w, count: Float32Array.of(0) })
    let expected: Tensor = w
    for (let step = 0; step < 3; step++) {
      const actual = valuesOf(program.call('loss', { x })['loss']!)
      expect(relativeError(actual, valuesOf(loss(x, expected)))).toBeLessThan(1e-6)
      program.call('step', { x })
      expected = descend(x, expected)
      const { w: after } = program.variables(['w'])
      expect(relativeError(valuesOf(after!), valuesOf(expected))).toBeLessThan(1e-6)
    }
    expect([...valuesOf(program.variables(['count'])['count']!)]).toEqual([3])
  })

  it('does not touch the tensors it was given', () => {
    const before = valuesOf(w).slice()
    program.setVariables({ w })
    program.call('step', { x })
    expect(valuesOf(w)).toEqual(before)
  })

  it('shares nothing with another program', () => {
    const other = trainingProgram()
    program.setVariables({ w, count: Float32Array.of(7) })
    other.setVariables({ w: tf.zerosLike(w), count: Float32Array.of(1) })
    other.call('step', { x })
    expect([...valuesOf(program.variables(['count'])['count']!)]).toEqual([7])
    expect(valuesOf(program.variables(['w'])['w']!)).toEqual(valuesOf(w))
    other.dispose()
    expect(program.call('loss', { x })['loss']!.shape).toEqual([])
    expect(() => other.call('loss', { x })).toThrow(/disposed/)
  })

  it('neither keeps tensors nor grows over 300 calls', () => {
    program.setVariables({ w, count: Float32Array.of(0) })
    const call = () =>
      tf.tidy(() => void [program.call('step', { x }), program.call('loss', { x })])
    for (let i = 0; i < 100; i++) call()
    const [tensors, memory] = [tensorCount(), residentMegabytes()]
    for (let i = 0; i < 300; i++) call()
    expect(tensorCount()).toBe(tensors)
    expect(residentMegabytes()).toBeLessThan(memory + 20)
  })

  it('refuses inputs that do not fit, by name', () => {
    expect(() => program.call('loss', { x: tf.zeros([1, 8, 8, 3]) })).toThrow(
      'loss was compiled for x as float32 [2,8,8,3] and was given float32 [1,8,8,3]',
    )
    expect(() => program.call('loss', {})).toThrow('loss needs the input x')
    expect(() => program.call('loss', { x, y: x })).toThrow('loss has no input y')
    expect(() => program.call('other', {})).toThrow('no function other')
    expect(() => program.setVariables({ v: w })).toThrow('no variable v')
  })
})

describe('a function that cannot be compiled', () => {
  const compile = (run: (x: Tensor, w: Tensor) => Tensor) => () =>
    compileProgram({
      variables: { w: scalar },
      functions: {
        f: { inputs: { x: image }, run: ({ x }, { w }) => ({ outputs: { y: run(x!, w!) } }) },
      },
    }).dispose()

  it('reads values', () => {
    expect(compile((x) => tf.mul(x, x.dataSync()[0]!))).toThrow(/reads the values/)
  })

  it('draws random numbers', () => {
    expect(compile((x) => tf.add(x, tf.randomNormal(x.shape)))).toThrow(/differently each time/)
  })

  it('holds a large tensor that is no variable', () => {
    const weights = tf.range(0, 5_000_000)
    expect(compile((x) => tf.add(tf.sum(x), tf.sum(weights)))).toThrow(/neither .* nor a variable/)
  })

  it('leaves tfjs as it was', () => {
    expect(compile((x) => tf.mul(x, x.dataSync()[0]!))).toThrow()
    expect(valuesOf(tf.add(1, 2))[0]).toBe(3)
  })
})

function residentMegabytes(): number {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))![1]) / 1024
}
