/** What a page and Node both have, and the language's own library does not declare. */
declare function structuredClone<Value>(value: Value): Value

declare class TextEncoder {
  encode(text: string): Uint8Array<ArrayBuffer>
}

declare class TextDecoder {
  constructor(label?: string, options?: { fatal?: boolean })
  decode(bytes?: Uint8Array): string
}

/** A file that was dropped on a page. */
interface File {
  readonly name: string
}
