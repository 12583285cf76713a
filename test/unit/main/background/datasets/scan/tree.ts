import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { Transformer } from '@napi-rs/image'
import { encodeGreyPng } from '../../../../../../src/main/decode/png.ts'

const side = 8
let made = 0

/** An image or mask in the format of its name; every image has a content of its own. */
async function picture(name: string, values?: readonly number[]): Promise<Uint8Array> {
  made += 1
  const grey = Uint8Array.from({ length: side * side }, (_, i) =>
    values ? values[i % values.length]! : (i * 7 + made * 13 + (((made >> 5) * i) % 11)) % 256,
  )
  if (/\.png$/i.test(name)) return encodeGreyPng(grey, side, side)
  const rgba = Uint8Array.from({ length: 4 * side * side }, (_, i) =>
    i % 4 === 3 ? 255 : grey[i >> 2]!,
  )
  const image = Transformer.fromRgbaPixels(rgba, side, side)
  if (/\.bmp$/i.test(name)) return image.bmp()
  if (/\.jpe?g$/i.test(name)) return image.jpeg()
  throw new Error(`no encoder for ${name}`)
}

/** What a file of a generated tree holds: an image, a mask with given values, or text. */
export type Content = 'image' | { readonly mask: readonly number[] } | { readonly text: string }

export const mask = (...values: number[]): Content => ({ mask: values })

/** Writes a tree of files, paths with forward slashes, into a new temporary folder. */
export async function makeTree(files: Readonly<Record<string, Content>>): Promise<string> {
  const root = mkdtempSync(path.join(tmpdir(), 'ddad-scan-'))
  for (const [name, content] of Object.entries(files)) {
    const file = path.join(root, name)
    mkdirSync(path.dirname(file), { recursive: true })
    if (content === 'image') writeFileSync(file, await picture(name))
    else if ('mask' in content) writeFileSync(file, await picture(name, content.mask))
    else writeFileSync(file, content.text)
  }
  return root
}
