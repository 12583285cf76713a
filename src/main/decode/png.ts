import { encode } from 'fast-png'
import type { RgbImage } from './decode.ts'

/** An 8-bit RGB PNG. */
export function encodeRgbPng({ width, height, data }: RgbImage): Uint8Array {
  return encode({ width, height, data, channels: 3, depth: 8 })
}

/**
 * An 8-bit PNG of one channel: masks (0 and 255) and grey images. `data.length = width · height`.
 * @param text ASCII by keyword, for the header
 */
export function encodeGreyPng(
  data: Uint8Array,
  width: number,
  height: number,
  text: Readonly<Record<string, string>> = {},
): Uint8Array {
  return encode({ width, height, data, channels: 1, depth: 8, text })
}
