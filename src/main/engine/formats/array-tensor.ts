/** Tensors as typed arrays, on their way between files and TensorFlow. C order, little-endian. */

const itemSizes = {
  F64: 8,
  I64: 8,
  F32: 4,
  I32: 4,
  F16: 2,
  BF16: 2,
  I16: 2,
  I8: 1,
  U8: 1,
  BOOL: 1,
} as const

/** Element types that files may hold, named as safetensors names them. */
export type StoredType = keyof typeof itemSizes

/** Element types in memory: half-precision floats are widened to F32 when read. */
export type ElementType = Exclude<StoredType, 'F16' | 'BF16'>

export type ArrayData =
  Float64Array | Float32Array | BigInt64Array | Int32Array | Int16Array | Int8Array | Uint8Array

export interface ArrayTensor {
  readonly dtype: ElementType
  readonly shape: readonly number[]
  /** Of a tensor in a file: read anew whenever it is asked for. */
  readonly data: ArrayData
}

/**
 * A tensor whose values stay where they are until they are asked for.
 * @param read its little-endian elements, in a buffer of their own
 */
export function storedTensor(
  type: StoredType,
  shape: readonly number[],
  read: () => Uint8Array<ArrayBuffer>,
): ArrayTensor {
  return {
    dtype: type === 'F16' || type === 'BF16' ? 'F32' : type,
    shape,
    get data() {
      const data = decodeElements(type, read())
      justRead.add(data.buffer)
      return data
    },
  }
}

/** Buffers that nobody else has. */
const justRead = new WeakSet<ArrayBufferLike>()

/**
 * Uses a tensor's values. Those that were read from a file for this are given back at once: waiting for the
 * garbage collector would let a hundred megabytes of them pile up.
 * @param use must not keep the values
 */
export function withValues<T>(tensor: ArrayTensor, use: (data: ArrayData) => T): T {
  const { data } = tensor
  try {
    return use(data)
  } finally {
    if (justRead.has(data.buffer)) (data.buffer as ArrayBuffer).transfer(0)
  }
}

export function isStoredType(name: unknown): name is StoredType {
  return typeof name === 'string' && Object.hasOwn(itemSizes, name)
}

/** Bytes of one element. */
export function itemSize(type: StoredType): number {
  return itemSizes[type]
}

/** Whether a value can be a side, a stride, an offset or a count: a whole number that is exact, 0 or more. */
export function isSize(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0
}

/** Number of elements of a shape (1 for rank 0), or null when it is no shape or not a safe integer. */
export function elementCount(shape: unknown): number | null {
  if (!Array.isArray(shape)) return null
  let count = 1
  for (const side of shape) {
    if (!isSize(side)) return null
    count *= side
  }
  return Number.isSafeInteger(count) ? count : null
}

/** A float32 tensor; throws a RangeError when data and shape disagree, which is a defect of the caller. */
export function float32Tensor(shape: readonly number[], data: Float32Array): ArrayTensor {
  if (elementCount(shape) !== data.length)
    throw new RangeError(`${data.length} values do not fill the shape [${shape.join(', ')}].`)
  return { dtype: 'F32', shape, data }
}

/** The values as float32, without a copy where they are float32 already. I64 is rounded to the nearest. */
export function toFloat32(tensor: ArrayTensor): Float32Array {
  const { data } = tensor
  if (data instanceof Float32Array) return data
  if (data instanceof BigInt64Array) return Float32Array.from(data, Number)
  return Float32Array.from(data)
}

/** Raw little-endian elements as a typed array over the same buffer. */
function decodeElements(type: StoredType, { buffer }: Uint8Array<ArrayBuffer>): ArrayData {
  switch (type) {
    case 'F64':
      return new Float64Array(buffer)
    case 'I64':
      return new BigInt64Array(buffer)
    case 'F32':
      return new Float32Array(buffer)
    case 'I32':
      return new Int32Array(buffer)
    case 'I16':
      return new Int16Array(buffer)
    case 'I8':
      return new Int8Array(buffer)
    case 'U8':
    case 'BOOL':
      return new Uint8Array(buffer)
    case 'F16':
      return widenHalf(new Uint16Array(buffer))
    case 'BF16':
      return widenBfloat16(new Uint16Array(buffer))
  }
}

/** IEEE binary16 bit patterns to float32; exact, with subnormals, infinities and NaN. */
function widenHalf(halves: Uint16Array): Float32Array {
  const result = new Float32Array(halves.length)
  for (const [i, bits] of halves.entries()) {
    const sign = bits & 0x8000 ? -1 : 1
    const exponent = (bits >> 10) & 0x1f
    const fraction = bits & 0x3ff
    if (exponent === 0x1f) result[i] = fraction ? Number.NaN : sign * Infinity
    else if (exponent === 0) result[i] = sign * fraction * 2 ** -24
    else result[i] = sign * (1024 + fraction) * 2 ** (exponent - 25)
  }
  return result
}

/** bfloat16 is the upper half of a float32. */
function widenBfloat16(values: Uint16Array): Float32Array {
  return new Float32Array(Uint32Array.from(values, (bits) => bits << 16).buffer)
}
