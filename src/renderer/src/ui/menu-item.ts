/** One action of a menu. */
export interface MenuItem {
  readonly label: string
  readonly title?: string
  readonly testid?: string
  readonly disabled?: boolean
  readonly run: () => void
}
