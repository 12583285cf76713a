/**
 * A reader of the subset of Python's pickle that PyTorch state dicts use. It cannot execute anything: an
 * opcode outside the list is refused, and a global is only ever one of the functions its caller allows.
 */
import { badFile } from './bad-file.ts'

export type PickleValue = unknown

/** A value that is no tensor and is passed over, such as a NumPy number that a training script kept. */
export class Unread {}

/** What a global of the allowlist does when the pickle calls it. */
export type PickleFunction = (args: readonly PickleValue[]) => PickleValue

export interface PickleRules {
  /** What errors call the file. */
  readonly file: string
  /** Value of `module.name`; must throw for anything that is not allowed. */
  global(name: string): PickleValue
  /** Value of a persistent id. */
  persistent(id: PickleValue): PickleValue
}

const utf8 = new TextDecoder()

const MEMO_LIMIT = 1_000_000
const STACK_LIMIT = 1_000_000
const NESTING_LIMIT = 100
/** Steps, and what they touch: a hundred times what the largest state dicts take, and a few seconds. */
const WORK_LIMIT = 5_000_000

const op = {
  proto: 0x80,
  stop: 0x2e,
  mark: 0x28,
  binPut: 0x71,
  longBinPut: 0x72,
  binGet: 0x68,
  longBinGet: 0x6a,
  global: 0x63,
  binUnicode: 0x58,
  shortBinString: 0x55,
  binInt: 0x4a,
  binInt1: 0x4b,
  binInt2: 0x4d,
  long1: 0x8a,
  binFloat: 0x47,
  none: 0x4e,
  newTrue: 0x88,
  newFalse: 0x89,
  emptyTuple: 0x29,
  tuple: 0x74,
  tuple1: 0x85,
  tuple2: 0x86,
  tuple3: 0x87,
  emptyDict: 0x7d,
  emptyList: 0x5d,
  append: 0x61,
  appends: 0x65,
  setItem: 0x73,
  setItems: 0x75,
  // Of protocols 3 to 5:
  frame: 0x95,
  memoize: 0x94,
  stackGlobal: 0x93,
  shortBinUnicode: 0x8c,
  binUnicode8: 0x8d,
  binBytes: 0x42,
  shortBinBytes: 0x43,
  binBytes8: 0x8e,
  binPersId: 0x51,
  reduce: 0x52,
  build: 0x62,
} as const

/**
 * Reads one pickle that begins at `start`. Lists and tuples become arrays, dicts become Maps, integers
 * beyond 32 bits become BigInts.
 * @returns the value and the offset after its STOP
 * @throws DdadError BAD_FILE naming the byte offset
 */
export function readPickle(
  bytes: Uint8Array,
  start: number,
  rules: PickleRules,
): { value: PickleValue; end: number } {
  return new Unpickler(bytes, start, rules).run()
}

class Unpickler {
  readonly #bytes: Uint8Array
  readonly #view: DataView
  readonly #rules: PickleRules
  readonly #memo: PickleValue[] = []
  #memoized = 0
  #work = 0
  readonly #marks: number[] = []
  #stack: PickleValue[] = []
  #position: number

  constructor(bytes: Uint8Array, start: number, rules: PickleRules) {
    this.#bytes = bytes
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    this.#rules = rules
    this.#position = start
  }

  run(): { value: PickleValue; end: number } {
    for (;;) {
      const code = this.#view.getUint8(this.#take(1))
      if (code === op.stop) return { value: this.#pop(), end: this.#position }
      this.#spend(1)
      this.#step(code)
      if (this.#stack.length > STACK_LIMIT) throw this.#error('the stack is too deep')
    }
  }

  #step(code: number): void {
    switch (code) {
      case op.proto:
        return this.#protocol()
      case op.frame:
        // Frames only say how much to read at once.
        this.#take(8)
        return
      case op.memoize:
        return this.#put(this.#memoized)
      case op.stackGlobal: {
        const name = this.#pop()
        const module = this.#pop()
        if (typeof name !== 'string' || typeof module !== 'string')
          throw this.#error('it asks for something that has no name')
        return this.#push(this.#rules.global(`${module}.${name}`))
      }
      case op.mark:
        if (this.#marks.length >= NESTING_LIMIT) throw this.#error('it is nested too deeply')
        this.#marks.push(this.#stack.length)
        return
      case op.binPut:
        return this.#put(this.#view.getUint8(this.#take(1)))
      case op.longBinPut:
        return this.#put(this.#view.getUint32(this.#take(4), true))
      case op.binGet:
        return this.#get(this.#view.getUint8(this.#take(1)))
      case op.longBinGet:
        return this.#get(this.#view.getUint32(this.#take(4), true))
      case op.global:
        return this.#push(this.#rules.global(`${this.#line()}.${this.#line()}`))
      case op.binPersId:
        return this.#persistent()
      case op.reduce:
        return this.#reduce()
      case op.build:
        return this.#build()
      default:
        if (!this.#literal(code) && !this.#container(code))
          throw this.#error(`opcode 0x${code.toString(16)} has no place in a state dict`)
    }
  }

  #protocol(): void {
    const protocol = this.#view.getUint8(this.#take(1))
    if (protocol < 2 || protocol > 5) throw this.#error(`pickle protocol ${protocol} is not read`)
  }

  #literal(code: number): boolean {
    switch (code) {
      case op.shortBinUnicode:
        this.#push(this.#text(this.#view.getUint8(this.#take(1))))
        return true
      case op.binUnicode8:
        this.#push(this.#text(this.#long64()))
        return true
      case op.binBytes:
        this.#push(this.#binary(this.#view.getUint32(this.#take(4), true)))
        return true
      case op.shortBinBytes:
        this.#push(this.#binary(this.#view.getUint8(this.#take(1))))
        return true
      case op.binBytes8:
        this.#push(this.#binary(this.#long64()))
        return true
      case op.binUnicode:
        this.#push(this.#text(this.#view.getUint32(this.#take(4), true)))
        return true
      case op.shortBinString:
        this.#push(this.#text(this.#view.getUint8(this.#take(1))))
        return true
      case op.binInt:
        this.#push(this.#view.getInt32(this.#take(4), true))
        return true
      case op.binInt1:
        this.#push(this.#view.getUint8(this.#take(1)))
        return true
      case op.binInt2:
        this.#push(this.#view.getUint16(this.#take(2), true))
        return true
      case op.long1:
        this.#push(this.#long(this.#view.getUint8(this.#take(1))))
        return true
      case op.binFloat:
        this.#push(this.#view.getFloat64(this.#take(8), false))
        return true
      case op.none:
        this.#push(null)
        return true
      case op.newTrue:
        this.#push(true)
        return true
      case op.newFalse:
        this.#push(false)
        return true
    }
    return false
  }

  #container(code: number): boolean {
    switch (code) {
      case op.emptyTuple:
      case op.emptyList:
        this.#push([])
        return true
      case op.emptyDict:
        this.#push(new Map())
        return true
      case op.tuple:
        this.#push(this.#popMark())
        return true
      case op.tuple1:
        this.#push(this.#popMany(1))
        return true
      case op.tuple2:
        this.#push(this.#popMany(2))
        return true
      case op.tuple3:
        this.#push(this.#popMany(3))
        return true
      case op.append:
        this.#append(this.#popMany(1))
        return true
      case op.appends:
        this.#append(this.#popMark())
        return true
      case op.setItem:
        this.#setItems(this.#popMany(2))
        return true
      case op.setItems:
        this.#setItems(this.#popMark())
        return true
    }
    return false
  }

  #append(items: readonly PickleValue[]): void {
    const list = this.#stack.at(-1)
    if (!Array.isArray(list)) throw this.#error('it appends to something that is no list')
    for (const item of items) list.push(item)
  }

  #setItems(items: readonly PickleValue[]): void {
    const dict = this.#stack.at(-1)
    if (!(dict instanceof Map) || items.length % 2 !== 0)
      throw this.#error('it sets items of something that is no dict')
    // Only text is looked up. Keys of other kinds could be chosen so that a Map takes quadratic time.
    for (let i = 0; i < items.length; i += 2)
      if (typeof items[i] === 'string') dict.set(items[i], items[i + 1])
  }

  #reduce(): void {
    const args = this.#pop()
    const callee = this.#pop()
    if (typeof callee !== 'function' || !Array.isArray(args))
      throw this.#error('it calls something that is not allowed')
    // The same arguments may be recalled and looked through again and again.
    this.#spendOn(args)
    this.#push((callee as PickleFunction)(args))
  }

  #persistent(): void {
    const id = this.#pop()
    this.#spendOn(id)
    this.#push(this.#rules.persistent(id))
  }

  /** State dicts attach `_metadata` to their OrderedDict, and NumPy's values their content: nothing here needs it. */
  #build(): void {
    this.#pop()
    const target = this.#stack.at(-1)
    if (!(target instanceof Map) && !(target instanceof Unread))
      throw this.#error('it restores an unknown object')
  }

  #put(key: number): void {
    if (key >= MEMO_LIMIT) throw this.#error('its memo is too large')
    if (!(key in this.#memo)) this.#memoized += 1
    this.#memo[key] = this.#peek()
  }

  #get(key: number): void {
    if (!(key in this.#memo)) throw this.#error(`it recalls the unknown memo entry ${key}`)
    this.#push(this.#memo[key])
  }

  #push(value: PickleValue): void {
    this.#stack.push(value)
  }

  #peek(): PickleValue {
    if (this.#stack.length <= (this.#marks.at(-1) ?? 0)) throw this.#error('its stack is empty')
    return this.#stack.at(-1)
  }

  #pop(): PickleValue {
    const value = this.#peek()
    this.#stack.pop()
    return value
  }

  #popMany(count: number): PickleValue[] {
    if (this.#stack.length - count < (this.#marks.at(-1) ?? 0))
      throw this.#error('its stack is empty')
    return this.#stack.splice(-count)
  }

  #popMark(): PickleValue[] {
    const mark = this.#marks.pop()
    if (mark === undefined) throw this.#error('a mark is missing')
    return this.#stack.splice(mark)
  }

  #spend(work: number): void {
    this.#work += work
    if (this.#work > WORK_LIMIT)
      throw this.#error('it takes more steps than the weights of any network have need of')
  }

  /** What it takes to look through a value and the lists directly in it. */
  #spendOn(value: PickleValue): void {
    if (!Array.isArray(value)) return
    this.#spend(value.length)
    for (const part of value as PickleValue[]) if (Array.isArray(part)) this.#spend(part.length)
  }

  /** Offset of the next `count` bytes, which are consumed. */
  #take(count: number): number {
    const position = this.#position
    if (position + count > this.#bytes.length) throw this.#error('it ends too early')
    this.#position += count
    return position
  }

  #text(length: number): string {
    const start = this.#take(length)
    return utf8.decode(this.#bytes.subarray(start, start + length))
  }

  #binary(length: number): Uint8Array {
    const start = this.#take(length)
    return this.#bytes.subarray(start, start + length)
  }

  #long64(): number {
    const length = Number(this.#view.getBigUint64(this.#take(8), true))
    if (!Number.isSafeInteger(length)) throw this.#error('it ends too early')
    return length
  }

  /** A newline-ended word of a GLOBAL. */
  #line(): string {
    const end = this.#bytes.subarray(this.#position, this.#position + 256).indexOf(0x0a)
    if (end < 0) throw this.#error('a name has no end')
    const text = this.#text(end)
    this.#take(1)
    return text
  }

  /** A two's complement little-endian integer of up to 255 bytes. */
  #long(length: number): number | bigint {
    const start = this.#take(length)
    if (length === 0) return 0
    const digits = Buffer.from(this.#bytes.subarray(start, start + length))
      .reverse()
      .toString('hex')
    const value = BigInt(`0x${digits}`)
    const signed = BigInt.asIntN(length * 8, value)
    const number = Number(signed)
    return Number.isSafeInteger(number) ? number : signed
  }

  #error(detail: string): Error {
    return badFile(this.#rules.file, `in its pickle before byte ${this.#position}, ${detail}`)
  }
}
