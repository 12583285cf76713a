import fs from 'node:fs'
import path from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import type { ImageId } from '../../src/shared/core/ids.ts'
import { createMaskJournals } from '../../src/main/services/masks/mask-journals.ts'
import { openWorkspace } from '../../src/main/services/core/workspace.ts'
import { correctMask, writePlates } from '../support/evaluated-workspace.ts'
import { openTestStudio } from './studio.ts'
import { temporaryFolder } from './support.ts'

it('has a journal with its beginning or not at all, whenever it is read', async () => {
  const workspace = openWorkspace(temporaryFolder())
  onTestFinished(() => workspace.store.close())
  const journals = createMaskJournals(workspace)
  const id = 7 as ImageId
  const begun = Buffer.alloc(50_000, 'b')
  const file = journals.fileOf(id, null)
  let going = true
  const seen = new Set<number>()
  const look = (): void => {
    if (fs.existsSync(file)) seen.add(fs.readFileSync(file).length)
    if (going) setImmediate(look)
  }
  look()
  for (let n = 0; n < 30; n++) {
    await journals.append(id, null, 0, begun)
    await journals.append(id, null, begun.length, Buffer.from('more'))
  }
  going = false
  // While a stroke is written its record may be torn, which a reader leaves out.
  expect([...seen].filter((length) => length < begun.length)).toEqual([])
  expect(seen.size).toBeGreaterThan(0)
})

it('says of a missing corrected mask what brings it back, which is not relinking', async () => {
  const folder = temporaryFolder()
  writePlates(path.join(folder, 'plates'))
  const studio = openTestStudio(path.join(folder, 'workspace'))
  onTestFinished(() => studio.close())
  const { token } = studio.datasets.register(path.join(folder, 'plates'))
  const dataset = await studio.datasets.add(token, 'Plates')
  const image = studio.datasets.images(dataset).find(({ anomalous }) => anomalous)!
  const note = { author: 'Ada', reason: 'too-tight', note: 'edge' } as const
  const saved = await correctMask(studio, image, note)
  const [source] = studio.files.maskSource(saved.id).files
  fs.rmSync(source!.file)
  const told = {
    code: 'NOT_FOUND',
    message: expect.stringMatching(/corrected mask.*earlier version/) as string,
  }
  await expect(studio.files.mask(saved.id)).rejects.toMatchObject(told)
  await expect(studio.files.maskClasses(saved.id)).rejects.toMatchObject(told)
  const original = studio.masks.versions(image.id).at(-1)!
  const back = await studio.masks.revert(original.id, { author: 'Ada', note: '' })
  expect(back.version).toBe(2)
})
