import { createHash } from 'node:crypto'
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { gunzipSync } from 'node:zlib'

const file = path.join(import.meta.dirname, '../fixtures/golden/unet.pth')
const sha256 = '75996dc76b215488a00f9bc71ac8bddafafdf5a4ff53439b4879ffad8ed1f00e'

/**
 * Restores the reference U-Net's checkpoint before the tests. It is kept with the bytes of its float32 words
 * sorted by significance, which makes it a sixth smaller when compressed.
 */
export default function unpackGolden(): void {
  if (existsSync(file)) return
  const planes = gunzipSync(readFileSync(`${file}.planes.gz`))
  const words = Math.floor(planes.length / 4)
  const bytes = Buffer.from(planes)
  for (let plane = 0; plane < 4; plane++)
    for (let word = 0; word < words; word++) bytes[4 * word + plane] = planes[plane * words + word]!
  const found = createHash('sha256').update(bytes).digest('hex')
  if (found !== sha256) throw new Error(`${file}.planes.gz does not hold the reference checkpoint.`)
  writeFileSync(`${file}.tmp`, bytes)
  renameSync(`${file}.tmp`, file)
}
