import path from 'node:path'
import { expect, it } from 'vitest'
import type { OperatingPoint } from '../../src/shared/runs/operating-point.ts'
import type { FlipReport } from '../../src/main/services/evaluation/flips.ts'
import { ddad } from '../support/ddad.ts'
import { evaluatedWorkspace } from '../e2e/evaluated.ts'
import { temporaryFolder } from './support.ts'

interface Applied {
  readonly operatingPoint: OperatingPoint
  readonly confusion: Record<'nominal' | 'defective', Record<string, number>>
  readonly images: readonly { path: string; score: number; decision: string; anomalous: boolean }[]
}

it(
  'ddad saves, lists, uses, deletes and restores operating points',
  { timeout: 240_000 },
  async () => {
    const folder = temporaryFolder()
    const workspace = path.join(folder, 'workspace')
    const id = await evaluatedWorkspace(workspace, path.join(folder, 'plates'), 60)
    const run = async (...args: string[]) => {
      const [first, second, ...rest] = args
      const { code, stdout, stderr } = await ddad([
        ...[first!, second!, '--evaluation', String(id)],
        ...rest,
        ...['--json', '--workspace', workspace],
      ])
      return { code, stderr, data: stdout === '' ? null : (JSON.parse(stdout) as unknown) }
    }
    const rule = ['--rule', 'false-positive-rate', '--limit', '0.1']
    const honest = await run('thresholds', 'save', '--name', 'honest', ...rule, '--half', '3')
    expect(honest.data).toMatchObject({
      name: 'honest',
      settings: {
        thresholds: {
          rule: { kind: 'false-positive-rate', limit: 0.1 },
          chosenOn: { kind: 'half', seed: 3 },
        },
      },
    })
    const taken = await run('thresholds', 'save', '--name', 'honest', '--threshold', '1')
    expect([taken.code, taken.stderr]).toEqual([1, expect.stringContaining('already has')])
    expect((await run('thresholds', 'save', '--name', 'x', '--rule', 'best')).code).toBe(2)

    const half = (await run('thresholds', 'use', '--name', 'honest')).data as Applied
    const all = (await run('thresholds', 'use', '--name', 'honest', '--all')).data as Applied
    expect([half.images.length, all.images.length]).toEqual([30, 60])
    const { threshold } = half.operatingPoint.settings.thresholds!
    for (const { score, decision } of all.images) {
      expect(decision).toBe(score >= threshold ? 'defective' : 'nominal')
    }
    // At most one of the ten nominal images that it was chosen on, and exactly that of a full list.
    const chosenOn = all.confusion.nominal['defective']! - half.confusion.nominal['defective']!
    expect(chosenOn).toBe(1)
    // The images that flip between a threshold and the point are those with scores between the two.
    const low = threshold / 2
    const sides = ['--a', `${id}@${low}`, '--b', `${id}@honest`]
    const flipped = await ddad(['flips', ...sides, '--json', '--workspace', workspace])
    const { flips, images } = JSON.parse(flipped.stdout) as FlipReport
    expect(images).toBe(60)
    expect(flips.map(({ path: name }) => name).toSorted()).toEqual(
      all.images
        .filter(({ score }) => score >= low && score < threshold)
        .map((image) => image.path)
        .toSorted(),
    )
    expect(flips.length).toBeGreaterThan(0)
    expect(flips.every(({ better, anomalous }) => better !== anomalous)).toBe(true)
    const used = [{ name: 'honest', inUse: true, decides: [id] }]
    expect((await run('thresholds', 'list')).data).toMatchObject(used)
    expect((await run('thresholds', 'delete', '--name', 'honest')).code).toBe(0)
    expect((await run('thresholds', 'list')).data).toEqual([])
    expect((await run('thresholds', 'restore', '--name', 'honest')).data).toMatchObject(used[0]!)
  },
)
