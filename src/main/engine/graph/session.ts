import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { DdadError } from '../../../shared/errors.ts'
import { saysOutOfMemory } from '../gpu-policy.ts'
import type { Tensor } from '../tf.ts'
import { encodeSavedModel, graphTag, type GraphNode } from './graph-def.ts'
import { nodeBackend } from './node-backend.ts'

/** A graph that TensorFlow has loaded, with the state of its variables. */
export class GraphSession {
  readonly #id: number
  #open = true

  /** Throws DdadError INTERNAL where TensorFlow does not take the graph. */
  constructor(nodes: readonly GraphNode[]) {
    const folder = mkdtempSync(path.join(tmpdir(), 'ddad-graph-'))
    try {
      writeFileSync(path.join(folder, 'saved_model.pb'), encodeSavedModel(nodes))
      this.#id = nodeBackend().binding.loadSavedModel(folder, graphTag)
    } catch (cause) {
      throw new DdadError('INTERNAL', `TensorFlow refused a compiled graph: ${reason(cause)}`, {
        cause,
      })
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  }

  /**
   * Computes outputs of the graph.
   * @param feeds values for placeholders, by `node:0`
   * @param fetches outputs as `node:index`
   */
  run(feeds: Readonly<Record<string, Tensor>>, fetches: readonly string[]): Tensor[] {
    if (!this.#open) throw new DdadError('INTERNAL', 'This compiled program was disposed of')
    try {
      return nodeBackend().runSavedModel(
        this.#id,
        Object.values(feeds),
        Object.keys(feeds).map((name) => ({ name })),
        fetches,
      )
    } catch (cause) {
      const message = reason(cause)
      const memory = saysOutOfMemory(message)
      throw new DdadError(
        memory ? 'OUT_OF_MEMORY' : 'INTERNAL',
        memory
          ? `There was not enough memory for this step (${message}). Use a smaller batch or image size.`
          : `A compiled step failed: ${message}`,
        { cause },
      )
    }
  }

  /** Frees the graph and its variables; a second call does nothing. */
  dispose(): void {
    if (this.#open) nodeBackend().deleteSavedModel(this.#id)
    this.#open = false
  }
}

function reason(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause)
}
