/** Value range, split and near-duplicates of a data set, after its import. */
import fs from 'node:fs'
import path from 'node:path'
import { encode } from 'fast-png'
import { expect, it, onTestFinished } from 'vitest'
import { decodeImage } from '../../src/main/decode/decode.ts'
import { encodeGreyPng } from '../../src/main/decode/png.ts'
import { ddad } from '../support/ddad.ts'
import { openTestStudio } from './studio.ts'
import { temporaryFolder } from './support.ts'

const side = 48

function put(root: string, name: string, bytes: Uint8Array): void {
  const file = path.join(root, name)
  fs.mkdirSync(path.dirname(file), { recursive: true })
  fs.writeFileSync(file, bytes)
}

/** A picture that is unlike those of other seeds. */
const values = (seed: number) =>
  Uint8Array.from({ length: side * side }, (_, i) => {
    const [x, y] = [i % side, Math.floor(i / side)]
    return 120 + 60 * Math.sin((x * (seed + 2)) / 9 + seed) + 50 * Math.cos((y * (seed + 3)) / 11)
  })
const picture = (seed: number) => encodeGreyPng(values(seed), side, side)

function openIn(folder: string) {
  const studio = openTestStudio(path.join(folder, 'workspace'))
  onTestFinished(() => studio.close())
  return studio
}

it('splits by group after the import, kept with the data set, and from the command line', async () => {
  const folder = temporaryFolder()
  const root = path.join(folder, 'data')
  for (let i = 0; i < 24; i++) put(root, `nut/train/good/part${i % 6}_${i}.png`, picture(i))
  put(root, 'nut/test/good/part9_0.png', picture(30))
  put(root, 'nut/test/bent/part0_9.png', picture(31))
  const studio = openIn(folder)
  const dataset = await studio.datasets.add(studio.datasets.register(root).token, 'Nuts')
  const rule = { group: 'part{group}_*', share: 0.3, seed: 5 }
  const preview = studio.readings.previewSplit(dataset, rule)
  expect(preview).toMatchObject({ groups: 7, unnamed: 0 })
  expect(studio.datasets.get(dataset.id)).toEqual(dataset)
  const changed = studio.readings.setSplit(dataset, rule)
  expect(changed.reading.split).toEqual(rule)
  const [category] = changed.categories
  expect(category).toMatchObject({ nominalTrain: preview.train, nominalTest: preview.test })
  const images = studio.datasets.images(changed)
  const sides = Map.groupBy(
    images.filter(({ anomalous }) => !anomalous),
    ({ path: file }) => /part(\d)_/.exec(file)![1]!,
  )
  for (const own of sides.values()) expect(new Set(own.map(({ split }) => split)).size).toBe(1)
  expect(images.filter(({ split }) => split === 'test').length).toBe(preview.test + 1)
  // All in one group: there would be nothing to learn from, or nothing changes.
  const one = studio.readings.previewSplit(dataset, { group: '{group}art*', share: 0.3, seed: 0 })
  expect(one).toMatchObject({ groups: 1, test: 0 })

  const workspace = ['--workspace', path.join(folder, 'workspace')]
  const said = await ddad(
    ['datasets', 'split', 'Nuts', '--group', rule.group, '--share', '0.3', '--seed', '5'].concat(
      ['--dry-run', '--json'],
      workspace,
    ),
  )
  expect(JSON.parse(said.stdout)).toMatchObject({ ...preview, stored: false })

  // What comes later goes where its group is; groups that are new keep the share.
  const side = sides.get('0')![0]!.split
  put(root, 'nut/train/good/part0_77.png', picture(77))
  for (let i = 0; i < 6; i++) put(root, `nut/train/good/part7_${i}.png`, picture(80 + i))
  await studio.additions.inspect(changed)
  studio.additions.apply(changed)
  const grown = studio.datasets.images(studio.datasets.get(dataset.id))
  const splitsOf = (start: string) =>
    new Set(grown.flatMap(({ path: file, split }) => (file.includes(start) ? [split] : [])))
  expect(splitsOf('good/part0_')).toEqual(new Set([side]))
  expect(splitsOf('good/part7_').size).toBe(1)

  // And back: every file as its folder has it, those that came later too.
  const undone = await ddad(['datasets', 'split', 'Nuts', '--undo', '--json', ...workspace])
  expect(JSON.parse(undone.stdout)).toMatchObject({
    categories: [{ nominalTrain: 31, nominalTest: 1 }],
  })
  const back = studio.datasets.get(dataset.id)
  expect(studio.datasets.images(back).filter(({ anomalous }) => anomalous)).toMatchObject([
    { split: 'test' },
  ])
  expect(back.reading.split).toBeUndefined()
  for (const { path: file, split } of studio.datasets.images(back))
    expect(split).toBe(file.includes('/train/') ? 'train' : 'test')
})

it('finds test images that are nearly training images, whatever their size and brightness', async () => {
  const folder = temporaryFolder()
  const root = path.join(folder, 'data')
  for (let i = 0; i < 6; i++) put(root, `nut/train/good/${i}.png`, picture(i))
  const darker = values(2).map((value) => value * 0.7 + 10)
  put(root, 'nut/test/good/again.png', encodeGreyPng(darker, side, side))
  const half = Uint8Array.from({ length: (side / 2) ** 2 }, (_, i) => {
    const [x, y] = [i % (side / 2), Math.floor(i / (side / 2))]
    const at = 2 * y * side + 2 * x
    const four = [at, at + 1, at + side, at + side + 1].map((place) => values(4)[place]!)
    return four.reduce((sum, value) => sum + value, 0) / 4
  })
  put(root, 'nut/test/bent/smaller.png', encodeGreyPng(half, side / 2, side / 2))
  put(root, 'nut/test/good/other.png', picture(20))
  const studio = openIn(folder)
  const dataset = await studio.datasets.add(studio.datasets.register(root).token, 'Nuts')
  const told: number[] = []
  const { pairs, total, looked } = await studio.readings.nearDuplicates(dataset, (done) =>
    told.push(done),
  )
  const found = Object.fromEntries(pairs.map(({ test, train }) => [test.path, train.path]))
  expect(found).toEqual({
    'nut/test/good/again.png': 'nut/train/good/2.png',
    'nut/test/bent/smaller.png': 'nut/train/good/4.png',
  })
  expect([total, looked, told.at(-1)]).toEqual([2, 9, 9])
})

it('reads another value range from now on: pictures, thumbnails and names of maps follow', async () => {
  const folder = temporaryFolder()
  const root = path.join(folder, 'data')
  const wide = (seed: number) => {
    const data = Uint16Array.from(values(seed), (value) => value * 16)
    return encode({ width: side, height: side, channels: 1, depth: 16, data })
  }
  for (let i = 0; i < 3; i++) put(root, `nut/train/good/${i}.png`, wide(i))
  put(root, 'nut/test/good/9.png', wide(9))
  const studio = openIn(folder)
  const dataset = await studio.datasets.add(studio.datasets.register(root).token, 'Nuts')
  expect(dataset.samples).toEqual({ low: 0, high: 4095 })
  const [image] = studio.datasets.images(dataset)
  const shown = async () => {
    const file = await studio.files.image(image!.id)
    return (await decodeImage(fs.readFileSync(file), file)).data
  }
  const before = await shown()
  const thumbnail = await studio.files.thumbnail(image!.id)
  const range = { low: 1000, high: 3000 }
  const examples = studio.readings.previewRange(dataset, range)
  expect(examples).toHaveLength(4)
  expect(fs.existsSync(await studio.examples.file(examples[0]!.id!))).toBe(true)
  expect(studio.datasets.get(dataset.id).samples).toEqual(dataset.samples)

  const changed = studio.readings.setRange(dataset, range)
  expect(changed).toMatchObject({ samples: range, foundSamples: { low: 0, high: 4095 } })
  const after = await shown()
  const seed = Number(path.parse(image!.path).name)
  const stored = Uint16Array.from(values(seed), (value) => value * 16)
  for (const [i, value] of after.entries()) {
    const wanted = ((stored[Math.floor(i / 3)]! - range.low) * 255) / (range.high - range.low)
    expect(Math.abs(value - Math.min(255, Math.max(0, wanted)))).toBeLessThanOrEqual(0.51)
  }
  expect(await studio.files.thumbnail(image!.id)).not.toBe(thumbnail)
  // Back to what was found: what was made before is taken again.
  studio.readings.setRange(changed, null)
  expect(await shown()).toEqual(before)
  expect(await studio.files.thumbnail(image!.id)).toBe(thumbnail)
})
