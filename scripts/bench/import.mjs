// The import of `npm run bench -- import`: a tree of MVTec AD's size and layout, scanned and stored as the window does
// it, twice; the second time its files are in the system's cache. Then a check of the same files.
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import zlib from 'node:zlib'
import { Supervisor } from '../../src/main/processes/supervisor.ts'
import { encodeGreyPng } from '../../src/main/decode/png.ts'
import { childEnvironment } from '../../src/main/processes/child-environment.ts'
import { forkNode } from '../../src/main/processes/node-transport.ts'
import { childEntry } from '../../src/main/services/core/installation.ts'
import { openStudio } from '../../src/main/services/studio.ts'
import { Random } from '../../src/shared/random.ts'

/** Training, good and defective images of each category of MVTec AD. */
const categories = {
  carpet: [280, 28, 89],
  grid: [264, 21, 57],
  leather: [245, 32, 92],
  tile: [230, 33, 84],
  wood: [247, 19, 60],
  bottle: [209, 20, 63],
  cable: [224, 58, 92],
  capsule: [219, 23, 109],
  hazelnut: [391, 40, 70],
  metal_nut: [220, 22, 93],
  pill: [267, 26, 141],
  screw: [320, 41, 119],
  toothbrush: [60, 12, 30],
  transistor: [213, 60, 40],
  zipper: [240, 32, 119],
}
const SIDE = 1024

/** A PNG with a text of its own before its end, so that every file has another content. */
function unique(png, text) {
  const data = Buffer.from(`tEXtComment\0${text}`)
  const chunk = Buffer.alloc(data.length + 8)
  chunk.writeUInt32BE(data.length - 4)
  data.copy(chunk, 4)
  chunk.writeUInt32BE(zlib.crc32(data), data.length + 4)
  return Buffer.concat([png.subarray(0, -12), chunk, png.subarray(-12)])
}

/** A grey photograph whose noise makes its file about 200 kB. */
function photograph(seed) {
  const pixels = new Uint8Array(SIDE * SIDE)
  const random = new Random(seed)
  for (let i = 0; i < pixels.length; i++) {
    const noise = random.uniform()
    pixels[i] = 100 + 40 * Math.sin((i % SIDE) / 90) + (noise < 0.06 ? 130 * noise : 0)
  }
  return Buffer.from(encodeGreyPng(pixels, SIDE, SIDE))
}

function mask(seed) {
  const pixels = new Uint8Array(SIDE * SIDE)
  for (let y = 300; y < 380 + seed; y++) pixels.fill(255, y * SIDE + 200, y * SIDE + 420)
  return Buffer.from(encodeGreyPng(pixels, SIDE, SIDE))
}

function writeTree(root) {
  const [photographs, masks] = [photograph, mask].map((make) => [1, 2, 3, 4].map(make))
  let bytes = 0
  let count = 0
  const put = (name, pictures) => {
    const file = path.join(root, name)
    const content = unique(pictures[count++ % pictures.length], name)
    fs.mkdirSync(path.dirname(file), { recursive: true })
    fs.writeFileSync(file, content)
    bytes += content.length
  }
  const number = (n) => String(n).padStart(3, '0')
  for (const [category, [train, good, defective]] of Object.entries(categories)) {
    for (let n = 0; n < train; n++) put(`${category}/train/good/${number(n)}.png`, photographs)
    for (let n = 0; n < good; n++) put(`${category}/test/good/${number(n)}.png`, photographs)
    for (let n = 0; n < defective; n++) {
      const type = `defect_${n % 5}`
      put(`${category}/test/${type}/${number(n)}.png`, photographs)
      put(`${category}/ground_truth/${type}/${number(n)}_mask.png`, masks)
    }
  }
  return { bytes, count }
}

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'ddad-bench-import-'))
const root = process.argv[2] ?? path.join(folder, 'data')
try {
  if (!fs.existsSync(root)) {
    const { bytes, count } = writeTree(root)
    console.log(`${count} files, ${Math.round(bytes / 1e6)} MB`)
  }
  const env = childEnvironment(process.env)
  const child = (name) => new Supervisor({ spawn: () => forkNode(childEntry(name), env) })
  const studio = openStudio(path.join(folder, 'workspace'), {
    engine: child('engine'),
    preview: child('engine'),
    background: child('background'),
  })
  const seconds = async (what, work) => {
    const began = performance.now()
    await work()
    console.log(`${what}: ${((performance.now() - began) / 1000).toFixed(2)} s`)
  }
  let progress = 0
  studio.facts.listen((name) => name === 'import.progress' && progress++)
  for (const round of ['first', 'second']) {
    const { token } = studio.datasets.register(root)
    let report
    await seconds(`${round} scan`, async () => (report = await studio.datasets.inspect(token)))
    const { imageCount, maskCount, problems } = report
    console.log(
      `  ${imageCount} images, ${maskCount} masks, ${problems.length} problems, told ${progress} times`,
    )
    await seconds(`${round} storing`, () => studio.datasets.add(token, round))
  }
  const [dataset] = studio.datasets.list()
  await seconds('check by size and time', () => studio.fileChecks.check(dataset.id).result)
  await seconds(
    'check by content',
    () => studio.fileChecks.check(dataset.id, { contents: true }).result,
  )
  const { token } = studio.datasets.register(root)
  const scan = studio.datasets.inspect(token).catch(() => undefined)
  await new Promise((resolve) => setTimeout(resolve, 500))
  await seconds('cancelling a scan', () => {
    studio.datasets.endInspect(token)
    return scan
  })
  await studio.close()
} finally {
  fs.rmSync(folder, { recursive: true, force: true })
}
