import type { FileParts } from '../../src/main/files/files.ts'

/** The content of a small file that is made while it is written. */
export function bytesOf({ parts }: FileParts): Uint8Array<ArrayBuffer> {
  return new Uint8Array(Buffer.concat([...parts]))
}
