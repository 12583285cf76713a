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

function tensor(key: string, { numel, offset = 0 }: Vector, shape: number[], strides: number[]) {
  const tuple = (values: number[]) => [text('('), ...values.map(integer), text('t')]
  return [
    text('ctorch._utils\n_rebuild_tensor_v2\n(('),
    unicode('storage'),
    text('ctorch\nFloatStorage\n'),
    unicode(key),
    unicode('cpu'),
    integer(numel),
    text('NtQ'),
    integer(offset),
    ...tuple(shape),
    ...tuple(strides),
    text('\x89}tR'),
  ]
}

/** What a zip container's `data.pkl` says of the vector. */
export function zipPickle(vector: Vector): Buffer {
  const value = tensor('0', vector, [vector.size], [vector.stride])
  return pickle(text('}'), unicode('t'), ...value, text('s'))
}

/** As {@link zipPickle}, of many tensors, each over a storage of its own that is named by its place. */
export function zipStateDict(tensors: ReadonlyMap<string, { shape: readonly number[] }>): Buffer {
  const entries = [...tensors].flatMap(([name, { shape }], place) => {
    const strides = shape.map((_, axis) => countOf(shape.slice(axis + 1)))
    const numel = countOf(shape)
    const vector = { numel, size: numel, stride: 1 }
    return [unicode(name), ...tensor(String(place), vector, [...shape], strides), text('s')]
  })
  return pickle(text('}'), ...entries)
}

const countOf = (shape: readonly number[]) => shape.reduce((product, side) => product * side, 1)

/** A file of the form before PyTorch 1.6 up to its storage, which is `numel` floats. */
export function legacyHead(vector: Vector): Buffer {
  const count = Buffer.alloc(8)
  count.writeBigInt64LE(BigInt(vector.numel))
  return Buffer.concat([
    pickle(text('\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19')),
    pickle(integer(1001)),
    pickle(text('}'), unicode('little_endian'), text('\x88s')),
    zipPickle(vector),
    pickle(text(']'), unicode('0'), text('a')),
    count,
  ])
}
