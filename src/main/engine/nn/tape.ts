import { tf, type Tensor } from '../tf.ts'

/** What an operation computes: its output, and what its gradient needs beside the operation's inputs. */
export interface Forward {
  readonly output: Tensor
  readonly saved?: readonly Tensor[]
}

/**
 * From the gradient of the output and the saved tensors to the gradient of each input, null where an input
 * needs none. Gradients of weights go to {@link Tape.addGradient}.
 */
export type Backward = (dy: Tensor, saved: readonly Tensor[]) => readonly (Tensor | null)[]

interface Step {
  readonly inputs: readonly number[]
  readonly output: number
  readonly saved: readonly Tensor[]
  readonly backward: Backward
}

/**
 * Reverse-mode differentiation over coarse operations with hand-written gradients. Compared with tfjs' own
 * tape it keeps only what a gradient cannot recompute cheaply, and lets go of it as the gradients go back.
 *
 * A tape that does not record runs the same code for inference. Tensors are owned by the enclosing
 * `tf.tidy` in both cases: the tape holds references of its own.
 */
export class Tape {
  readonly recording: boolean
  /** Gradients of weights by name, summed over all backward passes. Owned by the tape. */
  readonly gradients = new Map<string, Tensor>()
  private steps: Step[] = []

  constructor(recording: boolean) {
    this.recording = recording
  }

  /** Runs one operation and, when recording, remembers how to go back through it. */
  apply<T extends Tensor>(
    inputs: readonly Tensor[],
    forward: () => Forward,
    backward: Backward,
  ): T {
    let saved: readonly Tensor[] = []
    const output = tf.tidy(() => {
      const result = forward()
      if (this.recording) saved = (result.saved ?? []).map((tensor) => tf.keep(tensor.clone()))
      return result.output
    }) as T
    if (this.recording) {
      const ids = inputs.map((tensor) => tensor.id)
      this.steps.push({ inputs: ids, output: output.id, saved, backward })
    }
    return output
  }

  /**
   * Goes back from an output to all weights, emptying the tape.
   * @param dy gradient of the loss with respect to the output
   */
  backward(output: Tensor, dy: Tensor): void {
    const pending = new Map<number, Tensor>([[output.id, tf.keep(dy.clone())]])
    try {
      for (let step = this.steps.pop(); step; step = this.steps.pop()) {
        const gradient = pending.get(step.output)
        pending.delete(step.output)
        if (gradient) {
          tf.tidy(() => {
            const gradients = step.backward(gradient, step.saved)
            for (const [i, dx] of gradients.entries())
              if (dx) accumulate(pending, step.inputs[i]!, dx)
          })
          gradient.dispose()
        }
        tf.dispose([...step.saved])
      }
    } finally {
      for (const gradient of pending.values()) gradient.dispose()
      this.forget()
    }
  }

  /** Adds to the gradient of a weight. */
  addGradient(name: string, gradient: Tensor): void {
    accumulate(this.gradients, name, gradient)
  }

  /** Lets go of everything that is held, gradients included. */
  dispose(): void {
    this.forget()
    for (const gradient of this.gradients.values()) gradient.dispose()
    this.gradients.clear()
  }

  private forget(): void {
    for (const step of this.steps) tf.dispose([...step.saved])
    this.steps = []
  }
}

function accumulate<Key>(sums: Map<Key, Tensor>, key: Key, term: Tensor): void {
  const sum = sums.get(key)
  sums.set(key, tf.keep(sum ? tf.add(sum, term) : term.clone()))
  sum?.dispose()
}
