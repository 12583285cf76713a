/**
 * The first key that occurs twice in one object of a JSON text, or null. JSON.parse keeps the last of
 * them silently. The text must be valid JSON.
 */
export function duplicateKey(text: string): string | null {
  const open: (Set<string> | null)[] = []
  for (let i = 0; i < text.length; i++) {
    const character = text[i]
    if (character === '{') open.push(new Set())
    else if (character === '[') open.push(null)
    else if (character === '}' || character === ']') open.pop()
    else if (character === '"') {
      const end = stringEnd(text, i)
      const keys = open.at(-1)
      if (keys && isFollowedByColon(text, end)) {
        const key = JSON.parse(text.slice(i, end)) as string
        if (keys.has(key)) return key
        keys.add(key)
      }
      i = end - 1
    }
  }
  return null
}

/** Position after the closing quote of the string that opens at `start`. */
function stringEnd(text: string, start: number): number {
  let i = start + 1
  while (text[i] !== '"') i += text[i] === '\\' ? 2 : 1
  return i + 1
}

function isFollowedByColon(text: string, position: number): boolean {
  let i = position
  while (' \t\n\r'.includes(text.charAt(i)) && i < text.length) i++
  return text[i] === ':'
}
