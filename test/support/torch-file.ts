/** PyTorch files made by hand, around one vector "t" over one storage. */

export interface Vector {
  /** Elements of the storage. */
  readonly numel: number
  readonly offset?: number
  readonly size: number
  readonly stride: number
}

const text = (value: string) => Buffer.from(value, 'latin1')

function unicode(value: string): Buffer {
  const length = Buffer.alloc(4)
  length.writeUInt32LE(value.length)
  return Buffer.concat([text('X'), length, text(value)])
}

function integer(value: number): Buffer {
  if (value < 2 ** 31) {
    const bytes = Buffer.alloc(5)
    bytes[0] = 0x4a
    bytes.writeInt32LE(value, 1)
    return bytes
  }
  const bytes = Buffer.alloc(10)
  bytes[0] = 0x8a
  bytes[1] = 8
  bytes.writeBigInt64LE(BigInt(value), 2)
  return bytes
}

const pickle = (...parts: Buffer[]) => Buffer.concat([text('\x80\x02'), ...parts, text('.')])

function stateDict({ numel, offset = 0, size, stride }: Vector): Buffer {
  const storage = [
    text('('),
    unicode('storage'),
    text('ctorch\nFloatStorage\n'),
    unicode('0'),
    unicode('cpu'),
    integer(numel),
    text('NtQ'),
  ]
  const vector = [
    text('ctorch._utils\n_rebuild_tensor_v2\n('),
    ...storage,
    integer(offset),
    integer(size),
    text('\x85'),
    integer(stride),
    text('\x85\x89}tR'),
  ]
  return pickle(text('}'), unicode('t'), ...vector, text('s'))
}

/** A file of the form before PyTorch 1.6 up to its storage, which is `numel` floats. */
export function legacyHead(vector: Vector): Buffer {
  const count = Buffer.alloc(8)
  count.writeBigInt64LE(BigInt(vector.numel))
  return Buffer.concat([
    pickle(text('\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19')),
    pickle(integer(1001)),
    pickle(text('}'), unicode('little_endian'), text('\x88s')),
    stateDict(vector),
    pickle(text(']'), unicode('0'), text('a')),
    count,
  ])
}

/** The entry of a zip container that says what is in it. */
export const zipPickle = stateDict
