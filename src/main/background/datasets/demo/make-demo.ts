import { mkdir, readdir, stat } from 'node:fs/promises'
import path from 'node:path'
import { DdadError } from '../../../../shared/errors.ts'
import { Random } from '../../../../shared/random.ts'
import { decodeImage } from '../../../decode/decode.ts'
import { readInput, writeFileAtomic } from '../../../files/files.ts'
import { encodeGreyPng } from '../../../decode/png.ts'
import { defects } from './defects.ts'
import { toBytes, type GreyImage } from './grey-image.ts'
import {
  cutPicture,
  materials,
  sourceNames,
  testPart,
  trainPart,
  type Material,
} from './materials.ts'
import { readme } from './readme.ts'

const TRAIN = 80
const GOOD = 16
const DEFECTIVE = 6
/** Largest distance of a defect's centre from the picture's, as a fraction of the side. */
const REACH = 0.25
/** How much of a photograph's contrast is kept: even, diffuse light, as over an inspection line. */
const CONTRAST = 0.35

/** One picture of the data set, made when it is written. */
interface Picture {
  /** Relative to the data set's folder. */
  readonly file: string
  readonly image: GreyImage
  readonly mask: { readonly file: string; readonly data: Uint8Array } | null
}

export interface DemoOptions {
  readonly signal?: AbortSignal
  readonly onProgress?: (done: number, total: number) => void
}

/**
 * Writes a small data set in MVTec AD's layout: crops of photographs, test crops from a part that no
 * training crop touches, and defects painted on with exact masks. The same seed gives the same files.
 *
 * @param folder Made when absent; must be empty.
 * @param sources Folder of the photographs, `<name>.png`.
 * @returns The number of images, masks not counted.
 * @throws DdadError CONFLICT when the folder is not empty, CANCELLED when the signal is aborted.
 */
export async function makeDemo(
  folder: string,
  seed: number,
  sources: string,
  { signal, onProgress }: DemoOptions = {},
): Promise<number> {
  await claimFolder(folder)
  const photographs = new Map<string, GreyImage>()
  for (const name of sourceNames) {
    photographs.set(name, await readPhotograph(path.join(sources, `${name}.png`)))
  }
  const kinds = Object.keys(defects).length
  const total = materials.length * (TRAIN + GOOD + kinds * DEFECTIVE)
  let done = 0
  for (const [index, material] of materials.entries()) {
    for (const picture of pictures(material, photographs, new Random(seed, index))) {
      if (signal?.aborted) {
        throw new DdadError('CANCELLED', `Stopped; ${done} of ${total} images are in ${folder}.`)
      }
      await writePicture(folder, picture)
      done += 1
      onProgress?.(done, total)
    }
  }
  await writeFileAtomic(path.join(folder, 'README.md'), Buffer.from(readme))
  return done
}

function* pictures(
  material: Material,
  photographs: ReadonlyMap<string, GreyImage>,
  random: Random,
): Generator<Picture> {
  const { name, side } = material
  const photograph = photographs.get(material.photograph)!
  const others = [...photographs.values()].filter((other) => other !== photograph)
  for (let i = 0; i < TRAIN; i++) {
    const image = cutPicture(material, photograph, trainPart, random)
    yield { file: `${name}/train/good/${number(i)}.png`, image, mask: null }
  }
  for (let i = 0; i < GOOD; i++) {
    const image = cutPicture(material, photograph, testPart, random)
    yield { file: `${name}/test/good/${number(i)}.png`, image, mask: null }
  }
  for (const [kind, paint] of Object.entries(defects)) {
    for (let i = 0; i < DEFECTIVE; i++) {
      const where = {
        x: side * (0.5 + random.between(-REACH, REACH)),
        y: side * (0.5 + random.between(-REACH, REACH)),
      }
      const nominal = cutPicture(material, photograph, testPart, random)
      const other = others[random.integer(others.length)]!
      const { image, coverage } = paint(nominal, where, other, random)
      const mask = Uint8Array.from(coverage, (amount) => (amount > 0 ? 255 : 0))
      yield {
        file: `${name}/test/${kind}/${number(i)}.png`,
        image,
        mask: { file: `${name}/ground_truth/${kind}/${number(i)}_mask.png`, data: mask },
      }
    }
  }
}

async function writePicture(folder: string, { file, image, mask }: Picture): Promise<void> {
  const { width, height } = image
  const write = async (name: string, data: Uint8Array) => {
    const target = path.join(folder, name)
    await mkdir(path.dirname(target), { recursive: true })
    await writeFileAtomic(target, encodeGreyPng(data, width, height))
  }
  await write(file, toBytes(image))
  if (mask) await write(mask.file, mask.data)
}

async function claimFolder(folder: string): Promise<void> {
  const found = await stat(folder).catch(() => null)
  if (found && !found.isDirectory()) {
    throw new DdadError('CONFLICT', `${folder} is a file. Name a folder for the demo data set.`)
  }
  await mkdir(folder, { recursive: true })
  if ((await readdir(folder)).length > 0) {
    throw new DdadError(
      'CONFLICT',
      `${folder} is not empty; nothing was written. Name a new or an empty folder.`,
    )
  }
}

async function readPhotograph(file: string): Promise<GreyImage> {
  const { width, height, data } = await decodeImage(await readInput(file), file)
  return {
    width,
    height,
    data: evenLight(Float32Array.from({ length: width * height }, (_, i) => data[3 * i]!)),
  }
}

/** Levels drawn towards mid-grey, with {@link CONTRAST} of their differences kept. */
function evenLight(data: Float32Array): Float32Array {
  const mean = data.reduce((sum, level) => sum + level, 0) / data.length
  return data.map((level) => 128 + CONTRAST * (level - mean))
}

function number(index: number): string {
  return String(index).padStart(3, '0')
}
