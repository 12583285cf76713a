/** How many distinct scores a key moves a threshold by; null for any other key. */
export function thresholdStep({ key, shiftKey }: KeyboardEvent): number | null {
  const far = shiftKey ? 10 : 1
  switch (key) {
    case 'ArrowRight':
    case 'ArrowUp':
      return far
    case 'ArrowLeft':
    case 'ArrowDown':
      return -far
    case 'PageUp':
      return 25
    case 'PageDown':
      return -25
    case 'Home':
      return -Infinity
    case 'End':
      return Infinity
    default:
      return null
  }
}
