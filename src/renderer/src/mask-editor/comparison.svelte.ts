import type { MaskVersion } from '../../../shared/masks/mask-version.ts'
import { maskDifference, type MaskDifference } from '../../../shared/masks/mask.ts'
import { messageOf } from '../api/client.ts'
import { differenceOf } from './difference.ts'
import { loadClasses } from './load.ts'
import type { OverlayContent } from './overlay.ts'

interface Shown {
  readonly content: OverlayContent
  readonly difference: MaskDifference
}

/** Two versions of a mask, chosen one after the other and laid over each other. */
export class Comparison {
  from = $state.raw<MaskVersion | null>(null)
  to = $state.raw<MaskVersion | null>(null)
  shown = $state.raw<Shown | null>(null)
  problem = $state.raw<string | null>(null)

  has(version: MaskVersion): boolean {
    return version.id === this.from?.id || version.id === this.to?.id
  }

  /** Chooses a version, or lets go of it. The older of two is always the one before. */
  toggle(version: MaskVersion): void {
    if (this.has(version)) return this.end()
    if (!this.from || this.to) {
      this.end()
      this.from = version
      return
    }
    const [older, newer] =
      this.from.version < version.version ? [this.from, version] : [version, this.from]
    this.from = older
    this.to = newer
    void this.#load(older, newer)
  }

  end(): void {
    this.from = null
    this.to = null
    this.shown = null
    this.problem = null
  }

  async #load(older: MaskVersion, newer: MaskVersion): Promise<void> {
    try {
      const [before, after] = await Promise.all([loadClasses(older.id), loadClasses(newer.id)])
      if (this.from !== older || this.to !== newer) return
      this.shown = {
        content: differenceOf(before, after),
        difference: maskDifference(before, after),
      }
    } catch (error) {
      this.problem = messageOf(error)
    }
  }
}
