/** The few pieces of Protocol Buffers' wire format that writing a TensorFlow graph takes. */

/** A field with an integer, boolean or enum value; negative values take ten bytes, as int64 does. */
export function varintField(field: number, value: number | boolean): Buffer {
  return Buffer.concat([key(field, 0), varint(Number(value))])
}

export function floatField(field: number, value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeFloatLE(value)
  return Buffer.concat([key(field, 5), bytes])
}

/** A field with text, bytes or an encoded message. */
export function bytesField(field: number, value: Uint8Array | string): Buffer {
  const bytes = typeof value === 'string' ? Buffer.from(value, 'utf8') : value
  return Buffer.concat([key(field, 2), varint(bytes.length), bytes])
}

/** A message nested in a field. */
export function messageField(field: number, ...parts: Uint8Array[]): Buffer {
  return bytesField(field, Buffer.concat(parts))
}

export function packedVarints(field: number, values: readonly (number | boolean)[]): Buffer {
  return messageField(field, ...values.map((value) => varint(Number(value))))
}

export function packedFloats(field: number, values: readonly number[]): Buffer {
  return bytesField(field, new Uint8Array(Float32Array.from(values).buffer))
}

function key(field: number, wireType: number): Buffer {
  return varint(field * 8 + wireType)
}

function varint(value: number): Buffer {
  if (!Number.isSafeInteger(value)) throw new RangeError(`${value} is not an integer`)
  let rest = BigInt.asUintN(64, BigInt(value))
  const bytes: number[] = []
  do {
    const low = Number(rest & 0x7fn)
    rest >>= 7n
    bytes.push(rest > 0n ? low | 0x80 : low)
  } while (rest > 0n)
  return Buffer.from(bytes)
}
