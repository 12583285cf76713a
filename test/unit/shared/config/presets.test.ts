import { describe, expect, it } from 'vitest'
import { applyOverrides } from '../../../../src/shared/config/overrides.ts'
import { presetFor, presets } from '../../../../src/shared/config/presets.ts'
import { published } from '../../../../src/shared/config/published.ts'
import { runConfigSchema } from '../../../../src/shared/config/run-config.ts'

describe('presets', () => {
  it('are valid and carry their own name', () => {
    expect(Object.keys(presets)).toHaveLength(5 + 15 + 12)
    for (const [name, config] of Object.entries(presets)) {
      expect(runConfigSchema.parse(config)).toEqual(config)
      expect(config.preset).toBe(name)
    }
  })

  it('are chosen by layout and category', () => {
    const leather = presetFor('mvtec-ad', 'leather')
    expect(leather.reconstruction.guidanceWeight).toBe(11)
    expect(leather.training.epochs).toBe(2000)
    expect(leather.adaptation).toMatchObject({ epochs: 8, distillationWeight: 0.1, batchSize: 16 })
    const pcb1 = presetFor('visa-1cls', 'pcb1')
    expect(pcb1.scoring.pixelWeight).toBe(7)
    expect(pcb1.adaptation).toMatchObject({ epochs: 8, distillationWeight: 0.01, batchSize: 16 })
    expect(presetFor('visa', 'candle').adaptation.batchSize).toBe(32)
    expect(presetFor('mvtec-ad', 'own_product').preset).toBe('ddad')
    expect(presetFor('plain', 'bottle').preset).toBe('ddad')
  })

  it('have the published means', () => {
    const mean = (family: 'mvtec' | 'visa', figure: 'imageAuroc' | 'pixelAuroc' | 'pro') => {
      const rows = Object.values(published[family])
      return rows.reduce((sum, row) => sum + row[figure], 0) / rows.length
    }
    expect(mean('mvtec', 'imageAuroc')).toBeCloseTo(99.8, 1)
    expect(mean('mvtec', 'pixelAuroc')).toBeCloseTo(98.1, 1)
    expect(mean('mvtec', 'pro')).toBeCloseTo(92.3, 1)
    expect(mean('visa', 'imageAuroc')).toBeCloseTo(98.9, 1)
    expect(mean('visa', 'pixelAuroc')).toBeCloseTo(97.6, 1)
    expect(mean('visa', 'pro')).toBeCloseTo(92.7, 1)
  })
})

describe('overrides', () => {
  const config = presets.tiny

  it('replace single settings and leave the preset as it is', () => {
    const changed = applyOverrides(config, {
      'training.epochs': '5',
      'model.attentionAt': '[16,8]',
      'reconstruction.start': 'corrected',
      'training.emaDecay': '0.999',
    })
    expect(changed.training.epochs).toBe(5)
    expect(changed.model.attentionAt).toEqual([16, 8])
    expect(changed.reconstruction.start).toBe('corrected')
    expect(changed.training.emaDecay).toBe(0.999)
    expect(config.training.epochs).not.toBe(5)
  })

  it('name the setting that is wrong', () => {
    expect(() => applyOverrides(config, { 'training.epoch': '5' })).toThrow(/training\.epoch/)
    expect(() => applyOverrides(config, { 'training.epochs': '0' })).toThrow(/training\.epochs/)
    expect(() => applyOverrides(config, { 'training.epochs.x': '1' })).toThrow(
      /training\.epochs\.x/,
    )
    expect(() => applyOverrides(config, { toString: 'x' })).toThrow(/toString/)
  })
})
