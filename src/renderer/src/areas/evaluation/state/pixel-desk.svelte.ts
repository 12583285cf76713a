import type { PixelCurve } from '../../../../../shared/evaluation/cached-figures.ts'
import type { EvaluationId } from '../../../../../shared/core/ids.ts'
import { request } from '../../../api/client.ts'
import { Remote } from '../../core/state/remote.svelte.ts'

/** Milliseconds that v must rest before pixels are counted anew. */
const REST = 250

/** Figures of the pixels of all judged images at the v of the moment. */
export class PixelDesk {
  readonly curve = new Remote<PixelCurve>()
  #key = ''

  /**
   * Asks for the curve of an evaluation at v; the returned function takes a waiting question back.
   * @param half Seed of the half that is not judged; null: all are.
   */
  follow(
    evaluationId: EvaluationId | undefined,
    pixelWeight: number,
    half: number | null,
  ): () => void {
    const key = `${evaluationId} ${pixelWeight} ${half}`
    if (evaluationId === undefined || key === this.#key) return () => {}
    const timer = setTimeout(() => {
      this.#key = key
      void this.curve.load(() =>
        request('evaluations.pixelCurve', { evaluationId, pixelWeight, half }),
      )
    }, REST)
    return () => clearTimeout(timer)
  }
}
