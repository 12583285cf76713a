/** Figures of sets with missing masks and void pixels against scikit-learn's, made by scikit-learn.py beside this. */
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, it } from 'vitest'
import type { ScoredImage } from '../../../../src/shared/metrics/evaluation-metrics.ts'
import { evaluationMetrics } from '../../../support/evaluation-metrics.ts'
import { maskCoverage } from '../../../../src/main/decode/mask.ts'

interface Fixture {
  readonly side: number
  readonly sets: readonly {
    readonly name: string
    readonly images: readonly {
      readonly defectType: string
      readonly map: readonly number[]
      readonly mask: readonly number[] | null
    }[]
    readonly figures: Readonly<Record<string, number>>
  }[]
}

const file = path.join(import.meta.dirname, '../../../fixtures/scikit-learn.json')
const { side, sets } = JSON.parse(readFileSync(file, 'utf8')) as Fixture

it.each(sets)('scikit-learn agrees on a set with $name', ({ images, figures }) => {
  const scored = images.map(({ defectType, map, mask }): ScoredImage => {
    const made = mask && {
      width: side,
      height: side,
      data: Uint8Array.from(mask),
      values: [...new Set(mask)].sort((a, b) => a - b),
    }
    const { defect, unknown } = made ? maskCoverage(made, side) : { defect: null, unknown: null }
    return {
      ...{ defectType, anomalous: defectType !== 'good', score: Math.max(...map) },
      ...{ width: side, height: side, map: Float32Array.from(map), mask: defect, unknown },
    }
  })
  const found = evaluationMetrics(scored, { scopes: [null] })
  for (const [name, value] of Object.entries(figures))
    expect(found.find((row) => row.name === name)!.value, name).toBeCloseTo(value, 9)
})
