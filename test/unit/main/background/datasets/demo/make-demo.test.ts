import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { defects } from '../../../../../../src/main/background/datasets/demo/defects.ts'
import {
  toBytes,
  type GreyImage,
} from '../../../../../../src/main/background/datasets/demo/grey-image.ts'
import { makeDemo } from '../../../../../../src/main/background/datasets/demo/make-demo.ts'
import {
  cutPicture,
  materials,
  testPart,
  trainPart,
} from '../../../../../../src/main/background/datasets/demo/materials.ts'
import { decodeImage } from '../../../../../../src/main/decode/decode.ts'
import { sha256 } from '../../../../../../src/main/files/files.ts'
import { decodeMask } from '../../../../../../src/main/decode/mask.ts'
import { Random } from '../../../../../../src/shared/random.ts'

const sources = path.resolve(import.meta.dirname, '../../../../../../resources/demo')
let folder: string

async function photograph(name: string): Promise<GreyImage> {
  const bytes = readFileSync(path.join(sources, `${name}.png`))
  const { width, height, data } = await decodeImage(bytes, name)
  return { width, height, data: Float32Array.from(data.filter((_, i) => i % 3 === 0)) }
}

function tree(root: string): Map<string, string> {
  const names = readdirSync(root, { recursive: true, encoding: 'utf8', withFileTypes: true })
  return new Map(
    names
      .filter((entry) => entry.isFile())
      .map((entry) => path.join(entry.parentPath, entry.name))
      .sort()
      .map((file) => [path.relative(root, file), sha256(readFileSync(file))]),
  )
}

beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'ddad-demo-'))
})
afterAll(() => rmSync(folder, { recursive: true }))

describe('makeDemo', () => {
  it('writes the MVTec layout, the same for the same seed', { timeout: 60_000 }, async () => {
    const first = path.join(folder, 'first')
    const steps: number[] = []
    const options = { onProgress: (done: number) => void steps.push(done) }
    expect(await makeDemo(first, 1, sources, options)).toBe(504)
    expect(steps).toEqual(Array.from({ length: 504 }, (_, i) => i + 1))
    const files = tree(first)
    expect(files.size).toBe(504 + 120 + 1)
    for (const { name } of materials) {
      const inside = [...files.keys()].filter((file) => file.startsWith(`${name}/`))
      const count = (part: string) => inside.filter((file) => file.includes(part)).length
      expect(count('/train/good/')).toBe(80)
      expect(count('/test/good/')).toBe(16)
      for (const kind of Object.keys(defects)) {
        expect(count(`/test/${kind}/`)).toBe(6)
        expect(count(`/ground_truth/${kind}/`)).toBe(6)
      }
    }
    const mask = readFileSync(path.join(first, 'brick/ground_truth/scratch/003_mask.png'))
    expect((await decodeMask(mask, 'mask')).values).toEqual([0, 255])
    expect(new Set(files.values()).size).toBeGreaterThan(600)

    await makeDemo(path.join(folder, 'again'), 1, sources)
    expect(tree(path.join(folder, 'again'))).toEqual(files)
  })

  it('writes nothing into a folder that is not empty', async () => {
    const taken = mkdtempSync(path.join(folder, 'taken-'))
    writeFileSync(path.join(taken, 'mine.txt'), 'x')
    await expect(makeDemo(taken, 1, sources)).rejects.toMatchObject({ code: 'CONFLICT' })
    expect(readdirSync(taken)).toEqual(['mine.txt'])
  })

  it('stops between two pictures', async () => {
    const abort = new AbortController()
    const target = path.join(folder, 'stopped')
    const made = makeDemo(target, 1, sources, {
      signal: abort.signal,
      onProgress: (done) => done === 5 && abort.abort(),
    })
    await expect(made).rejects.toMatchObject({ code: 'CANCELLED' })
    expect(tree(target).size).toBe(5)
  })
})

describe('test pictures', () => {
  it.each(materials.map((material) => [material.name, material] as const))(
    'share no pixel with training pictures: %s',
    async (_, material) => {
      const { width, height } = await photograph(material.photograph)
      // Each pixel of the stand-in photograph says which part it belongs to.
      const inTest = (i: number) => (i % width >= testPart.x ? 1 : 0)
      const parts = {
        width,
        height,
        data: Float32Array.from({ length: width * height }, (_v, i) => inTest(i)),
      }
      const random = new Random(3)
      for (let i = 0; i < 200; i++) {
        const train = cutPicture(material, parts, trainPart, random)
        const test = cutPicture(material, parts, testPart, random)
        expect(train.data.every((part) => part === 0)).toBe(true)
        expect(test.data.every((part) => part === 1)).toBe(true)
      }
    },
  )
})

describe('defects', () => {
  it.each(Object.entries(defects))(
    'change what their mask covers, and nothing else: %s',
    async (_, paint) => {
      const [brick, gravel] = [await photograph('brick'), await photograph('gravel')]
      const material = materials.find(({ name }) => name === 'brick')!
      for (let seed = 0; seed < 12; seed++) {
        const random = new Random(seed)
        const nominal = cutPicture(material, brick, testPart, random)
        const { image, coverage } = paint(nominal, { x: 60, y: 70 }, gravel, random)
        const [before, after] = [toBytes(nominal), toBytes(image)]
        const covered = coverage.reduce((sum, amount) => sum + (amount > 0 ? 1 : 0), 0)
        const changed = before.map((level, i) => (level === after[i] ? 0 : 1))
        expect(changed.some((change, i) => change === 1 && coverage[i] === 0)).toBe(false)
        expect(changed.reduce((sum, change) => sum + change, 0) / covered).toBeGreaterThan(0.75)
        expect(covered / before.length).toBeGreaterThan(0.003)
        expect(covered / before.length).toBeLessThan(0.4)
      }
    },
  )
})
