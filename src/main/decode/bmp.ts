const FILE_HEADER = 14
const INFO_HEADER = 40

/**
 * An uncompressed BMP of grey values, rows from the bottom: 8 bits a pixel with a grey palette, or 24 bits
 * when `channels` is 3.
 */
export function encodeBmp(
  data: Uint8Array,
  width: number,
  height: number,
  channels: number,
): Uint8Array {
  const colours = channels === 3 ? 0 : 256
  const bytesPerPixel = channels === 3 ? 3 : 1
  const stride = Math.ceil((width * bytesPerPixel) / 4) * 4
  const start = FILE_HEADER + INFO_HEADER + 4 * colours
  const bytes = new Uint8Array(start + stride * height)
  const view = new DataView(bytes.buffer)
  bytes.set([0x42, 0x4d])
  view.setUint32(2, bytes.length, true)
  view.setUint32(10, start, true)
  view.setUint32(14, INFO_HEADER, true)
  view.setInt32(18, width, true)
  view.setInt32(22, height, true)
  view.setUint16(26, 1, true)
  view.setUint16(28, 8 * bytesPerPixel, true)
  view.setUint32(34, stride * height, true)
  view.setUint32(46, colours, true)
  for (let grey = 0; grey < colours; grey++) {
    bytes.fill(grey, FILE_HEADER + INFO_HEADER + 4 * grey, FILE_HEADER + INFO_HEADER + 4 * grey + 3)
  }
  for (let y = 0; y < height; y++) {
    const row = start + (height - 1 - y) * stride
    for (let x = 0; x < width; x++) {
      const at = row + x * bytesPerPixel
      bytes.fill(data[y * width + x]!, at, at + bytesPerPixel)
    }
  }
  return bytes
}
