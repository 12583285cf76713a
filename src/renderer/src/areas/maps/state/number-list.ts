/**
 * Numbers as typed: `50, 100`, or ranges with both ends such as `50–500/50`; duplicates count once. Null when it
 * is neither, or more than 50 numbers.
 */
export function readNumbers(text: string): number[] | null {
  const found = new Set<number>()
  for (const part of text.split(/[,;\s]+/).filter((word) => word !== '')) {
    const range = /^([\d.]+)(?:–|-|\.\.)([\d.]+)\/([\d.]+)$/.exec(part)
    const [from, to, step] = range ? range.slice(1).map(Number) : [Number(part), Number(part), 1]
    if (![from, to, step].every(Number.isFinite) || step! <= 0 || to! < from!) return null
    for (let i = 0; from! + i * step! <= to! + 1e-9; i += 1) {
      found.add(Number((from! + i * step!).toPrecision(9)))
      if (found.size > 50) return null
    }
  }
  return found.size > 0 ? [...found].toSorted((a, b) => a - b) : null
}
