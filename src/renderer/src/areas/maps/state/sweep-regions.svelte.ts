import { SvelteMap } from 'svelte/reactivity'
import type { RunId } from '../../../../../shared/core/ids.ts'
import { request } from '../../../api/client.ts'

/** AU-PRO of swept cells, computed one after another where it is not stored. */
export function regionFigures() {
  const values = new SvelteMap<string, number | null>()
  let generation = 0
  let v = 0
  const key = (cellId: number, type: string | null) => `${cellId} ${v} ${type ?? ''}`

  async function loadAll(runId: RunId, cells: readonly number[], own: number): Promise<void> {
    for (const cellId of cells) {
      if (own !== generation || values.has(key(cellId, null))) continue
      const answer = await request('sweeps.regions', { runId, cellId, pixelWeight: v }).catch(
        () => null,
      )
      if (own !== generation || !answer) continue
      for (const { name, defectType, value } of answer.metrics)
        if (name === 'auPro30') values.set(key(cellId, defectType), value)
    }
  }

  return {
    load: (runId: RunId, cells: readonly number[], pixelWeight: number): void => {
      v = pixelWeight
      generation += 1
      void loadAll(runId, cells, generation)
    },
    value: (cellId: number, type: string | null): number | null =>
      values.get(key(cellId, type)) ?? null,
  }
}
