import type { EvaluationId, ImageId } from '../../../../../shared/core/ids.ts'
import type { Evaluation, ImageResult } from '../../../../../shared/evaluation/evaluation.ts'
import { addresses } from '../../../../../shared/ipc/addresses.ts'
import { defaultThreshold } from '../../../../../shared/metrics/default-threshold.ts'
import { request } from '../../../api/client.ts'
import { subscribe } from '../../../api/events.ts'
import type { ColourMapName } from '../../../viewer/colour-maps.ts'
import { combine } from '../../../viewer/heat-map.ts'
import { heatLayer } from '../../../viewer/layers.ts'
import type { Layer } from '../../../viewer/pane-painter.ts'
import { loadMaps } from '../../../viewer/pictures.ts'

/** Heat maps of an evaluation for the tiles of a grid, in the colours that Review gives them. */
export class TileMaps {
  #evaluation = $state.raw<Evaluation | null>(null)
  #results = $state.raw<readonly ImageResult[]>([])
  readonly #byImage = $derived(
    Object.fromEntries(this.#results.map((result) => [result.imageId, result])),
  )
  readonly #threshold = $derived(defaultThreshold(this.#evaluation, this.#results))

  /** Follows an evaluation; null has no maps. The returned function ends it. */
  follow(evaluationId: EvaluationId | null): () => void {
    this.#evaluation = null
    this.#results = []
    if (evaluationId === null) return () => {}
    let current = true
    const read = async (): Promise<void> => {
      const [evaluation, results] = await Promise.all([
        request('evaluations.get', { evaluationId }),
        request('evaluations.results', { evaluationId }),
      ])
      if (!current) return
      this.#evaluation = evaluation
      this.#results = results
    }
    // The list of images says what is wrong with the evaluation.
    const again = (): void => void read().catch(() => undefined)
    again()
    const end = subscribe('evaluations.changed', (change) => {
      if (change.evaluationId === evaluationId) again()
    })
    return () => {
      current = false
      end()
    }
  }

  /** The map of an image as a square picture, or null where there is none. */
  async picture(imageId: ImageId, colours: ColourMapName): Promise<Layer | null> {
    const result = this.#byImage[imageId]
    if (!result || !this.#evaluation) return null
    const { pixelWeight } = this.#evaluation.settings.scoring
    const threshold = this.#threshold?.value ?? null
    const map = combine(await loadMaps(addresses.maps(result.id)), pixelWeight, result.ratio)
    return heatLayer(map, threshold, colours, 1)
  }
}
