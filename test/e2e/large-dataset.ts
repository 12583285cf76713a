/** A workspace with a data set of very many images, made straight through the store. */
import { createHash } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { openStore } from '../../src/main/db/store.ts'
import { encodeRgbPng } from '../../src/main/decode/png.ts'

const SIDE = 256
const DEFECTS = ['crack', 'hole', 'scratch']

/** Real photographs of their own content; every row's file is a link to one of them. */
function writeSources(folder: string, count: number): string[] {
  fs.mkdirSync(folder, { recursive: true })
  return Array.from({ length: count }, (_, n) => {
    const data = Uint8Array.from({ length: 3 * SIDE * SIDE }, (_value, i) => {
      const x = Math.floor(i / 3) % SIDE
      const y = Math.floor(i / 3 / SIDE)
      return 128 + 60 * Math.sin((x * (1 + (n % 5))) / 17) + 50 * Math.cos((y + 3 * n) / (9 + n))
    })
    const file = path.join(folder, `${n}.png`)
    fs.writeFileSync(file, encodeRgbPng({ width: SIDE, height: SIDE, data }))
    return file
  })
}

/** Fills a workspace with `count` images of one category; two of three are for training. */
export function fillWorkspace(folder: string, count: number): string {
  const workspace = path.join(folder, 'workspace')
  const root = path.join(folder, 'data')
  const sources = writeSources(path.join(folder, 'sources'), 32)
  const found = sources.map((file) => fs.statSync(file))
  fs.mkdirSync(workspace, { recursive: true })
  const store = openStore(path.join(workspace, 'studio.db'))
  store.transaction(() => {
    const trained = count - Math.floor(count / 3)
    const id = store.datasets.insert({
      name: `${count} images`,
      layout: 'mvtec-ad',
      root,
      samples: null,
      fingerprint: 'generated',
      createdAt: Date.now(),
      categories: [
        {
          name: 'part',
          nominalTrain: trained,
          nominalValidation: 0,
          nominalTest: 0,
          defects: Object.fromEntries(
            DEFECTS.map((type, n) => [type, Math.ceil((count - trained - n) / DEFECTS.length)]),
          ),
        },
      ],
    })
    for (let n = 0; n < count; n++) {
      const defect = n < trained ? null : DEFECTS[(n - trained) % DEFECTS.length]!
      const name = `${String(n).padStart(6, '0')}.png`
      const file = defect ? `part/test/${defect}/${name}` : `part/train/good/${name}`
      const target = path.join(root, file)
      if (n % 1000 === 0 || n < 10 || n - trained < 10) {
        fs.mkdirSync(path.dirname(target), { recursive: true })
      }
      fs.linkSync(sources[n % sources.length]!, target)
      store.images.insert(id, {
        category: 'part',
        split: defect ? 'test' : 'train',
        defectType: defect ?? 'good',
        anomalous: defect !== null,
        path: file,
        bytes: found[n % sources.length]!.size,
        modifiedAt: Math.trunc(found[n % sources.length]!.mtimeMs),
        // A hash of its own for each, so that each thumbnail is made.
        sha256: createHash('sha256').update(file).digest('hex'),
        width: SIDE,
        height: SIDE,
        masks: [],
      })
    }
  })
  store.close()
  return workspace
}
