import type { EvaluationId } from '../../../shared/core/ids.ts'
import type { MaskImpact, MaskVersion } from '../../../shared/masks/mask-version.ts'
import { messageOf, request } from '../api/client.ts'

/** What the newest version does to the figures of the evaluation that is shown. */
export class Impact {
  /** The version measured; null while there is nothing to show. */
  version = $state.raw<MaskVersion | null>(null)
  /** Null while it is computed. */
  figures = $state.raw<MaskImpact | null>(null)
  problem = $state.raw<string | null>(null)

  /** Figures from the stored maps, with the mask as it was and as it is now. */
  async measure(
    evaluationId: EvaluationId,
    before: MaskVersion | null,
    after: MaskVersion,
    threshold: number | null,
  ): Promise<void> {
    this.version = after
    this.figures = null
    this.problem = null
    try {
      const figures = await request('masks.impact', {
        evaluationId,
        imageId: after.imageId,
        before: before?.id ?? null,
        after: after.id,
        threshold,
      })
      if (this.version === after) this.figures = figures
    } catch (error) {
      if (this.version === after) this.problem = messageOf(error)
    }
  }

  close(): void {
    this.version = null
  }
}
