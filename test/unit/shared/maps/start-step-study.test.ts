import { describe, expect, it } from 'vitest'
import { presets } from '../../../../src/shared/config/presets.ts'
import { probeSettings } from '../../../../src/shared/diffusion/passes.ts'
import type { CheckpointId, ImageId } from '../../../../src/shared/core/ids.ts'
import {
  choosingHalf,
  familyOf,
  separation,
  normalisedScore,
  testImages,
} from '../../../../src/shared/maps/start-step-family.ts'
import {
  choiceOf,
  compareRules,
  rulesForTypes,
} from '../../../../src/shared/maps/start-step-study.ts'
import type { SweepCell, SweepImageEntry, SweepReport } from '../../../../src/shared/maps/sweep.ts'

const base = { ...presets.tiny.reconstruction, skip: 50, guidanceWeight: 2 }

/** Scratches are seen at T′ 100 only, holes at T′ 400 only; scores at 400 are ten times as high. */
function report(): SweepReport {
  let id = 0
  const entry = (
    name: string,
    group: SweepImageEntry['group'],
    type: string,
    distance: number,
  ) => ({
    key: name,
    imageId: ++id as ImageId,
    path: name,
    group,
    defectType: type,
    anomalous: type !== 'good',
    distance,
  })
  const many = (count: number, of: (i: number) => SweepImageEntry) =>
    Array.from({ length: count }, (_, i) => of(i))
  const images = [
    ...many(4, (i) => entry(`n${i}`, 'nominal', 'good', 1)),
    ...many(8, (i) => entry(`g${i}`, 'test', 'good', 1 + i / 100)),
    ...many(4, (i) => entry(`s${i}`, 'test', 'scratch', 1)),
    ...many(4, (i) => entry(`h${i}`, 'test', 'hole', 9)),
    ...many(4, (i) => entry(`p${i}`, 'synthetic', 'painted', 1)),
  ]
  const cell = (id: number, startStep: number, probe: boolean): SweepCell => {
    const unit = startStep === 400 ? 10 : 1
    const seen = (type: string) =>
      type === 'good'
        ? 0.6
        : type === 'painted'
          ? 1.5
          : (type === 'hole') === (startStep === 400)
            ? 2
            : 0.5
    const settings = { ...base, startStep }
    return {
      id,
      version: '',
      checkpointId: 7 as CheckpointId,
      checkpointStep: 100,
      reconstruction: probe ? probeSettings(settings) : settings,
      probe,
      passes: probe ? 1 : startStep / 50,
      milliseconds: 10,
      ratio: 2,
      nominal: { mean: 0.6 * unit, deviation: (0.4 * unit) / 3, limit: unit },
      measures: images.map(({ defectType, group }, i) => ({
        // Nominal test images differ among themselves.
        score: unit * (seen(defectType) + (group === 'test' ? (i % 8) / 1000 : 0)),
        insideMax: null,
        insideMean: null,
        outsideMax: null,
        outsideMean: null,
      })),
    }
  }
  const cells = [cell(1, 100, false), cell(2, 400, false), cell(3, 100, true), cell(4, 400, true)]
  return {
    pixelWeight: 1,
    images,
    changed: [],
    cells,
    unchanged: [],
    nominalDistances: [1, 1.1, 1.2, 1.3],
  }
}

describe('a study of T′', () => {
  const study = report()
  const family = familyOf(study, { checkpointId: 7, guidanceWeight: 2, skip: 50, base })

  it('takes cells of one w and skip, with their probes', () => {
    expect(family.levels.map(({ id }) => id)).toEqual([1, 2])
    expect(family.probes.map((probe) => probe?.id)).toEqual([3, 4])
    const other = familyOf(study, { checkpointId: 7, guidanceWeight: 3, skip: 50, base })
    expect(other.levels).toEqual([])
    expect(compareRules(study, other)).toEqual([])
  })

  it('separates by defect type', () => {
    const at = (cell: number, type: string | null) =>
      separation(study.images, (i) => normalisedScore(study.cells[cell]!, i), testImages(type))
    expect(at(0, 'scratch')).toBe(1)
    expect(at(0, 'hole')).toBe(0)
    expect(at(1, 'hole')).toBe(1)
    expect(at(0, null)).toBe(0.5)
  })

  it('holds back every other image of each type', () => {
    const half = choosingHalf(study.images)
    expect(half.size).toBe(8)
    const holes = study.images.filter(({ defectType }) => defectType === 'hole')
    expect(holes.filter(({ imageId }) => half.has(imageId))).toHaveLength(2)
  })

  it('shows a choice for each image beating one T′, with what it costs', () => {
    const rules = new Map(
      compareRules(study, family).map((rule) => [rule.name.split(',')[0]!, rule]),
    )
    expect([...rules.keys()]).toEqual([
      'fixed T′ 100',
      'painted defects',
      'per defect type',
      'per image: neighbours',
      'per image: probe',
      'per image: until clear',
      'T′ of all types together',
      'every T′ together',
    ])
    expect(rules.get('fixed T′ 100')!.auroc).toBe(0.5)
    expect(rules.get('per image: probe')!.auroc).toBe(1)
    expect(rules.get('per image: probe')!.byType).toEqual({ scratch: 1, hole: 1 })
    // Two probes, then 2 passes at T′ 100 or 8 at 400.
    const { passes, startSteps } = rules.get('per image: probe')!
    const used = [...startSteps.values()]
    expect(passes).toBe(2 + used.reduce((sum, t) => sum + t / 50, 0) / used.length)
    expect(rules.get('per image: neighbours')!.byType['hole']).toBe(1)
    const bound = rules.get('per defect type')!
    expect(bound).toMatchObject({ byType: { scratch: 1, hole: 1 }, use: null })
    expect(bound.ofType).toEqual({ scratch: 100, hole: 400 })
    // The images behind a figure: the held-out ones of the type and the nominal ones, at the T′ of the type.
    const behind = bound.judged('hole')
    expect(new Set(behind.flatMap((image) => image.startSteps))).toEqual(new Set([400]))
    const half = choosingHalf(study.images)
    for (const { position } of behind) expect(half).not.toContain(study.images[position]!.key)
    expect(behind.some(({ position }) => study.images[position]!.anomalous)).toBe(true)
    // Holes look clearly nominal at T′ 100, so that this rule never goes on to 400.
    const clear = rules.get('per image: until clear')!
    expect(clear.byType).toEqual({ scratch: 1, hole: 0 })
    expect(clear.passes).toBe(2)
    const every = rules.get('every T′ together')!
    expect([every.auroc, every.passes]).toEqual([1, 10])
    expect(clear.use).toEqual({
      rule: { kind: 'until-clear', startSteps: [100, 400], low: 0.8, high: 1.2 },
    })
  })

  it('puts the T′ of one defect type to use, chosen on one half and judged on the other', () => {
    const types = rulesForTypes(study, family)
    expect(types.map(({ defectType, use }) => [defectType, use.startStep])).toEqual([
      ['scratch', 100],
      ['hole', 400],
    ])
    const [scratch, hole] = types
    // Judged on its own type and, for what it costs the others, on all.
    expect(scratch!.byType).toEqual({ scratch: 1, hole: 0 })
    expect([hole!.auroc, hole!.passes]).toEqual([0.5, 8])
    const config = { reconstruction: base, scoring: presets.tiny.scoring }
    const { name, choice } = choiceOf(study, hole!, family, config, 3)!
    expect(name).toBe('best for hole')
    expect(choice).toMatchObject({
      evaluation: {
        reconstruction: { startStep: 400, skip: 50, guidanceWeight: 2 },
        ...{ scoring: { pixelWeight: 3 }, startStepRule: null },
      },
      reason:
        'best for hole: T′ 400, image AUROC for hole 100.0 % on the choosing half, 100.0 % on the other',
      defectType: 'hole',
    })
    // The T′ of all types together needs no type: 2 and 8 passes.
    const together = compareRules(study, family).find(({ name }) => name.startsWith('T′ of all'))!
    expect([together.auroc, together.passes]).toEqual([1, 10])
    expect(choiceOf(study, together, family, config, 3)!.choice).not.toHaveProperty('defectType')
  })

  it('goes on with unclear images only, and scores them by the mean', () => {
    // At T′ 100 nothing is clear but scratches: they are twice the limit.
    const cells = study.cells.map((cell) => ({
      ...cell,
      measures: cell.measures.map((measure, i) => {
        const score = cell.id === 1 && study.images[i]!.defectType !== 'scratch' ? 0.9 : null
        return score === null ? measure : { ...measure!, score: score + i / 1000 }
      }),
    }))
    const unclear = { ...study, cells }
    const found = compareRules(
      unclear,
      familyOf(unclear, { checkpointId: 7, guidanceWeight: 2, skip: 50, base }),
    ).find(({ name }) => name === 'per image: until clear')!
    expect(found.auroc).toBe(1)
    const chosen = [...found.startSteps].map(([key, startStep]) => [key[0], startStep])
    expect(new Set(chosen.map(String))).toEqual(new Set(['s,100', 'h,400', 'g,400']))
    // 2 passes for the two scratches, 2 and 8 for the two holes and the four nominal images.
    expect(found.passes).toBe((2 * 2 + 6 * 10) / 8)
  })
})
