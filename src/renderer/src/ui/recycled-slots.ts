/**
 * Gives each shown index of a long list an element to be drawn in: an index keeps its slot while it is shown, and
 * what comes into view takes the slots of what left it, so that scrolling creates no elements.
 *
 * @returns a function of the range shown [first, end) that answers the index in each slot; null is an unused slot
 */
export function recycledSlots(): (first: number, end: number) => (number | null)[] {
  let slots: (number | null)[] = []
  return (first, end) => {
    const kept = slots.map((index) =>
      index !== null && index >= first && index < end ? index : null,
    )
    const held = new Set(kept)
    const coming = Array.from({ length: Math.max(0, end - first) }, (_, i) => first + i)
      .filter((index) => !held.has(index))
      .reverse()
    slots = kept.map((index) => index ?? coming.pop() ?? null)
    slots.push(...coming.reverse())
    return slots
  }
}
